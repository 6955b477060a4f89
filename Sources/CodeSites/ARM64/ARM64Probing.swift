extension ARM64Instruction {
    /// Linux arch/arm64/kernel/probes/decode-insn.c, `arm_probe_decode_insn`. Kernels differ, and the worse counts: `nop`
    /// is stepped, though recent ones emulate it; acquiring loads and releasing stores are refused, though recent ones
    /// step them; so are loads of literals, since some kernels before 6.12 take a probe there and break the load. The
    /// kernel takes a probe on data, too, and would change it.
    var probing: Instruction.Probing {
        switch self {
        case .call, .indirectCall, .ret, .indirectBranch, .jump, .branch, .conditionalBranch, .address: .emulated
        case .loadConstant, .stackCheck, .movable: .stepped
        case .literalLoad, .bound, .data: .refused
        }
    }

    var role: Instruction.Role {
        switch self {
        case .call(let target): .call(target: target)
        case .indirectCall: .indirectCall
        case .ret: .ret
        case .jump(let target): .jump(target: target)
        case .branch(let target, let test): .branch(target: target, test: test)
        case .conditionalBranch(_, let target): .branch(target: target, test: nil)
        case .indirectBranch: .indirectJump
        case .data: .trap
        default: .other
        }
    }

    /// The address that a direct branch goes to.
    var branchTarget: UInt64? {
        switch self {
        case .jump(let target), .branch(let target, _), .conditionalBranch(_, let target): target
        default: nil
        }
    }

    /// Whether the last operand is an address of code or data, which capstone prints as a number.
    var hasAddress: Bool {
        switch self {
        case .call, .jump, .branch, .conditionalBranch, .address: true
        default: false
        }
    }
}
