extension AMD64Instruction {
    /// Linux arch/x86/kernel/uprobes.c, `branch_setup_xol_ops` and `push_setup_xol_ops`. Multi-byte nops are emulated
    /// by recent kernels only, so they count as stepped.
    var probing: Instruction.Probing {
        switch self {
        case .push, .call, .jump, .conditionalJump, .shortNop: .emulated
        case .longNop, .indirectCall, .indirectJump, .ret, .trap, .stackCheck, .allocateFrame, .testSecondResult,
            .other:
            .stepped
        }
    }

    var role: Instruction.Role {
        switch self {
        case .call(let target): .call(target: target)
        case .indirectCall: .indirectCall
        case .ret: .ret
        case .jump(let target): .jump(target: target)
        case .conditionalJump(_, let target): .branch(target: target, test: nil)
        case .indirectJump: .indirectJump
        case .trap: .trap
        default: .other
        }
    }

    /// The instruction in AT&T syntax, where the kind knows all of it.
    var text: String? {
        switch self {
        case .push(let register): "push %\(register)"
        case .call(let target): "call 0x\(String(target, radix: 16))"
        case .jump(let target): "jmp 0x\(String(target, radix: 16))"
        case .conditionalJump(let condition, let target): "j\(condition) 0x\(String(target, radix: 16))"
        case .ret: "ret"
        case .shortNop, .longNop, .indirectCall, .indirectJump, .trap, .stackCheck, .allocateFrame, .testSecondResult,
            .other:
            nil
        }
    }
}
