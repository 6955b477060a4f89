/// An instruction that a probe can be placed on.
package struct CodeSite: Sendable, Hashable {
    /// Where the instruction starts, in the address space in which the function's address was given.
    package let address: UInt64
    /// The instruction in AT&T syntax without size suffixes, such as `call 0x626300` or `push %rbp`. Branch targets
    /// are addresses.
    package let instruction: String
    /// Whether every kernel since 4.16 emulates the instruction under a uprobe, instead of stepping through a copy of
    /// it, which costs several times as much.
    package let isEmulated: Bool

    package init(address: UInt64, instruction: String, isEmulated: Bool) {
        self.address = address
        self.instruction = instruction
        self.isEmulated = isEmulated
    }

    init(_ instruction: Instruction) {
        self.init(
            address: instruction.address, instruction: instruction.text, isEmulated: instruction.kind.isEmulated)
    }
}

extension Instruction.Kind {
    /// Linux arch/x86/kernel/uprobes.c, `branch_setup_xol_ops` and `push_setup_xol_ops`. Multi-byte nops are emulated
    /// by recent kernels only, so they count as stepped.
    var isEmulated: Bool {
        switch self {
        case .push, .call, .jump, .conditionalJump, .shortNop: true
        case .longNop, .indirectCall, .stackCheck, .allocateFrame, .other: false
        }
    }

    /// The instruction in AT&T syntax, where the kind knows all of it.
    var text: String? {
        switch self {
        case .push(let register): "push %\(register)"
        case .call(let target): "call 0x\(String(target, radix: 16))"
        case .jump(let target): "jmp 0x\(String(target, radix: 16))"
        case .conditionalJump(let condition, let target): "j\(condition) 0x\(String(target, radix: 16))"
        case .shortNop, .longNop, .indirectCall, .stackCheck, .allocateFrame, .other: nil
        }
    }
}
