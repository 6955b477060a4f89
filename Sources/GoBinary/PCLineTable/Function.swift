/// A function as the program's own function table (pclntab) has it.
package struct Function: Sendable, Equatable, Hashable {
    /// The linker's name, for example `net/http.(*conn).serve`.
    package var name: String
    /// Image-relative: what ELF calls a virtual address; the load bias of a position-independent program is not in it.
    package var address: UInt64
    /// Bytes to the next function's entry, padding included.
    package var size: UInt64
    /// Where `address` is in the file: what a uprobe is armed at.
    package var fileOffset: UInt64
}
