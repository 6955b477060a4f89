/// An instruction that a probe can be placed on.
package struct CodeSite: Sendable, Hashable {
    /// Where the instruction starts, in the address space in which the function's address was given.
    package let address: UInt64
    /// The instruction: on amd64 in AT&T syntax without size suffixes, such as `call 0x626300` or `push %rbp`, on arm64
    /// in Arm's, such as `bl 0x626300`. Branch targets are addresses.
    package let instruction: String
    /// Whether every kernel since 4.16 emulates the instruction under a uprobe (on arm64: every one that has uprobes,
    /// since 4.10), instead of stepping through a copy of it, which costs several times as much.
    package let isEmulated: Bool

    package init(address: UInt64, instruction: String, isEmulated: Bool) {
        self.address = address
        self.instruction = instruction
        self.isEmulated = isEmulated
    }
}
