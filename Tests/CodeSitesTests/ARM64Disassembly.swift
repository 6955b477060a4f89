/// What objdump's arm64 instructions are to the kernel, in terms of the printed instruction.
extension Disassembly.Line {
    var isARM64Call: Bool { mnemonic == "bl" }
    var isARM64IndirectCall: Bool { mnemonic == "blr" }
    var isARM64Return: Bool { mnemonic == "ret" }

    /// What it simulates (arch/arm64/kernel/probes/simulate-insn.c).
    var isARM64Simulated: Bool {
        mnemonic.hasPrefix("b.")
            || ["b", "bl", "blr", "br", "ret", "cbz", "cbnz", "tbz", "tbnz", "adr", "adrp"].contains(mnemonic)
    }

    /// What takes no probe: loads of literals, what an interruption undoes, what only the kernel may do, and no
    /// instruction at all.
    var isARM64Refused: Bool {
        let bound = """
            ldxr ldaxr ldxp ldaxp ldar stxr stlxr stxp stlxp stlr cas msr eret svc hvc smc brk hlt yield wfe wfi sev hint udf
            """.split(separator: " ")
        return arm64Literal != nil || bound.contains { mnemonic.hasPrefix($0) }
    }

    /// The literal that it loads: the only operand of a load that is neither register nor in brackets.
    var arm64Literal: Range<UInt64>? {
        guard mnemonic == "ldr" || mnemonic == "ldrsw", !operands.contains("["),
            let comma = operands.firstIndex(of: ","),
            let address = UInt64(operands[comma...].dropFirst(2), radix: 16)
        else { return nil }
        let size: UInt64 =
            switch operands.first {
            case "q": 16
            case "x" where mnemonic == "ldr", "d": 8
            default: 4
            }
        return address..<address + size
    }

    /// Where a direct branch goes: its last operand.
    var arm64Target: UInt64? {
        guard isARM64Simulated else { return nil }
        return operands.split(separator: " ").last.flatMap { UInt64($0, radix: 16) }
    }
}

extension Disassembly.Listed {
    /// Words that are loaded as literals, however they may be printed. One that looks like a load is none.
    var arm64Literals: Set<UInt64> {
        var literals: Set<UInt64> = []
        for line in instructions where !literals.contains(line.address) {
            if let range = line.arm64Literal {
                literals.formUnion(stride(from: range.lowerBound, to: range.upperBound, by: 4))
            }
        }
        return literals
    }

    /// The branch that ends the stack check, or an entry that the kernel simulates.
    var arm64Prologue: UInt64? {
        guard let first = instructions.first else { return nil }
        if first.text == "ldr x16, [x28, #16]" || first.text == "ldr x16, [x28, #24]" {
            let compare = instructions.prefix(9).firstIndex { ["cmp sp, x16", "cmp x17, x16"].contains($0.text) }
            guard let compare, compare + 1 < instructions.count, instructions[compare + 1].mnemonic == "b.ls" else {
                return nil
            }
            return instructions[compare + 1].address
        }
        let isLoop = instructions.contains { !$0.isARM64Call && $0.arm64Target == first.address }
        return first.isARM64Simulated && !isLoop ? first.address : nil
    }
}
