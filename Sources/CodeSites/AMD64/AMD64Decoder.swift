private import CCapstone

/// Decodes amd64 code: capstone tells where instructions end, their bytes what they are.
enum AMD64Decoder {
    /// The longest instruction, bytes.
    private static let longest = 15

    /// Throws `CodeError.undecodable` at the first byte that begins no instruction known to capstone.
    static func decode(
        _ code: [UInt8], at address: UInt64, with capstone: inout Capstone
    ) throws(CodeError) -> FunctionCode {
        var instructions: [Instruction] = []
        var kinds: [AMD64Instruction] = []
        instructions.reserveCapacity(code.count / 4)
        kinds.reserveCapacity(code.count / 4)
        var offset = 0
        while offset < code.count {
            let start = address &+ UInt64(offset)
            let window = code[offset..<min(offset + longest, code.count)]
            guard let length = capstone.decode(window, at: start) else { throw .undecodable(address: start) }
            let bytes = window.prefix(length)
            let kind = AMD64Instruction(bytes: bytes.span, address: start) ?? unclassified(bytes, capstone)
            kinds.append(kind)
            var role = kind.role
            if case .conditionalJump(let condition, let target) = kind {
                role = .branch(target: target, test: test(condition, behind: kinds.dropLast()))
            }
            instructions.append(
                Instruction(address: start, length: UInt8(length), role: role, probing: kind.probing))
            offset += length
        }
        return FunctionCode(
            address: address, code: code, instructionSet: .amd64, instructions: instructions,
            prologue: AMD64Prologue(kinds).site)
    }

    /// What a conditional jump decides by, if it follows `test %rbx,%rbx`, with nothing between that changes the flags.
    private static func test(
        _ condition: AMD64Condition, behind kinds: ArraySlice<AMD64Instruction>
    ) -> Instruction.Test? {
        guard kinds.last(where: { $0 != .shortNop && $0 != .longNop }) == .testSecondResult else { return nil }
        switch condition {
        case .e: return .branchesIfZero
        case .ne: return .branchesUnlessZero
        default: return nil
        }
    }

    /// An instruction in AT&T syntax. Nil where it can't be decoded.
    static func text(of bytes: ArraySlice<UInt8>, at address: UInt64) -> String? {
        if let text = AMD64Instruction(bytes: bytes.span, address: address)?.text { return text }
        guard var capstone = try? Capstone(for: .amd64), capstone.decode(bytes, at: address) == bytes.count else {
            return nil
        }
        let kind = unclassified(bytes, capstone)
        return printed(capstone, isIndirectCall: kind == .indirectCall)
    }

    /// What an instruction is whose bytes alone didn't tell.
    private static func unclassified(_ bytes: ArraySlice<UInt8>, _ decoded: borrowing Capstone) -> AMD64Instruction {
        switch x86_insn(decoded.id) {
        case X86_INS_CALL: decoded.operands.hasPrefix("*") ? .indirectCall : .other
        case X86_INS_JMP: decoded.operands.hasPrefix("*") ? .indirectJump : .other
        case X86_INS_UD2, X86_INS_INT3: .trap
        case X86_INS_NOP: bytes.last == 0x90 ? .shortNop : .longNop
        default: .other
        }
    }

    private static func printed(_ decoded: borrowing Capstone, isIndirectCall: Bool) -> String {
        let operands = decoded.operands
        if isIndirectCall { return "call \(operands)" }
        return operands.isEmpty ? decoded.mnemonic : "\(decoded.mnemonic) \(operands)"
    }
}
