/// An interface type and its methods.
package struct InterfaceLayout: Sendable, Equatable {
    package struct Method: Sendable, Equatable {
        package var name: String
        package var isExported: Bool
        /// Image-relative address of the descriptor of the function type, which has no receiver.
        package var typeAddress: UInt64
    }

    /// The full import path as the binary has it. Empty for an unnamed type and for `error`.
    package var package: String
    /// Without the package. Empty for an unnamed type.
    package var name: String
    /// Image-relative address of the interface's type descriptor, which is what `itab.Inter` equals.
    package var typeAddress: UInt64
    /// In the order of an itab's slots.
    package var methods: [Method]
}
