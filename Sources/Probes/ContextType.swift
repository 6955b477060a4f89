/// A type that implements context.Context and holds the context that it was derived from.
package struct ContextType: Sendable, Hashable {
    /// As `GoBinary.typeHash` has it: of the type that an interface's value shows.
    package var hash: UInt32
    /// Where the parent's interface value is in what the data pointer shows, bytes; with `behind`, where there is a pointer
    /// to the struct that has it.
    package var parent: UInt16
    /// Where the parent's interface value is in that struct, bytes.
    package var behind: UInt16?

    package init(hash: UInt32, parent: UInt16, behind: UInt16? = nil) {
        self.hash = hash
        self.parent = parent
        self.behind = behind
    }
}
