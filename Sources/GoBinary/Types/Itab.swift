/// What the first word of an interface value points to (`internal/abi.ITab`): Inter 0, Type 8, Hash 16, Fun 24. These are
/// the ones that the compiler made; others are made on the heap when a program asserts types.
package struct Itab: Sendable, Equatable {
    /// Image-relative, like all addresses here.
    package var address: UInt64
    /// Descriptor of the interface type.
    package var interfaceTypeAddress: UInt64
    /// Descriptor of the type of the values in it.
    package var typeAddress: UInt64
    /// Entries of the functions that the interface's methods are, in the order of `InterfaceLayout.methods`; that of
    /// `runtime.unreachableMethod` for one that the program never calls. Empty if the type doesn't implement the interface.
    package var methods: [UInt64]
}
