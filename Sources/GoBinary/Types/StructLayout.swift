/// Where a struct's fields are, as the compiler laid them out in this very program.
package struct StructLayout: Sendable, Equatable {
    package struct Field: Sendable, Equatable {
        package var name: String
        /// Bytes from the start of the struct.
        package var offset: UInt64
        /// Image-relative address of the field's type descriptor.
        package var typeAddress: UInt64
        package var kind: Kind
        package var isEmbedded: Bool
    }

    /// The full import path as the binary has it, so with any vendor prefix. Empty for an unnamed type.
    package var package: String
    /// Without the package.
    package var name: String
    /// Image-relative address of the struct's type descriptor.
    package var typeAddress: UInt64
    /// Image-relative address of the descriptor of the pointer to it, which is what `itab.Type` of an interface that
    /// holds such a pointer equals. Nil when the layout was read by address.
    package var pointerTypeAddress: UInt64?
    /// Bytes.
    package var size: UInt64
    /// In order of offset.
    package var fields: [Field]

    /// A field declared in the struct itself; fields promoted from embedded ones aren't looked at.
    package func field(named name: String) -> Field? {
        fields.first { $0.name == name }
    }
}
