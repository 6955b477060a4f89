extension ARM64Instruction {
    /// Classifies a word of code.
    ///
    /// Encodings: Arm Architecture Reference Manual (DDI 0487), C4.1, "A64 instruction set encoding".
    init(word: UInt32, address: UInt64) {
        switch word >> 25 & 0b1111 {
        case 0b0000...0b0011: self = .data
        case 0b1000, 0b1001: self = Self.immediate(word)
        case 0b1010, 0b1011: self = Self.branchOrSystem(word, address)
        case 0b0100, 0b0110, 0b1100, 0b1110: self = Self.loadOrStore(word, address)
        default: self = Self.register(word)
        }
    }

    /// Data processing with an immediate operand.
    private static func immediate(_ word: UInt32) -> Self {
        if word & 0x1f00_0000 == 0x1000_0000 { return .address }
        switch word & 0xff80_03ff {
        case 0xd100_03f1: return .stackCheck(.subtractFrame)
        case 0xf100_03f1: return .stackCheck(.subtractHugeFrame)
        case 0xb200_03fb: return .loadConstant
        default: break
        }
        switch word & 0xff80_001f {
        case 0x9280_001b, 0xd280_001b, 0xf280_001b: return .loadConstant
        default: return .movable
        }
    }

    /// Data processing with register operands, scalar or vector.
    private static func register(_ word: UInt32) -> Self {
        switch word {
        case 0xeb30_63ff: .stackCheck(.compareStackPointer)
        case 0xeb3b_63f1: .stackCheck(.subtractHugeFrame)
        case 0xeb10_023f: .stackCheck(.compareLowest)
        default: .movable
        }
    }

    private static func branchOrSystem(_ word: UInt32, _ address: UInt64) -> Self {
        switch word >> 24 {
        case 0x14...0x17: return .jump(target: address &+ word.distance(at: 0, bits: 26))
        case 0x94...0x97: return .call(target: address &+ word.distance(at: 0, bits: 26))
        case 0x34, 0x35, 0xb4, 0xb5:
            return .branch(target: address &+ word.distance(at: 5, bits: 19), test: zeroTest(word))
        case 0x36, 0x37, 0xb6, 0xb7: return .branch(target: address &+ word.distance(at: 5, bits: 14), test: nil)
        case 0x54:
            guard word & 0x10 == 0, let condition = ARM64Condition(rawValue: UInt8(word & 0xf)) else { return .bound }
            return .conditionalBranch(condition, target: address &+ word.distance(at: 5, bits: 19))
        case 0xd6:
            switch word & 0xffff_fc1f {
            case 0xd61f_0000: return .indirectBranch
            case 0xd63f_0000: return .indirectCall
            case 0xd65f_0000: return .ret
            default: return .bound
            }
        case 0xd5: return isMovableSystem(word) ? .movable : .bound
        default: return .bound
        }
    }

    /// Of `cbz x1` and `cbnz x1`.
    private static func zeroTest(_ word: UInt32) -> Instruction.Test? {
        guard word & 0x1f == 1 else { return nil }
        switch word >> 24 {
        case 0xb4: return .branchesIfZero
        case 0xb5: return .branchesUnlessZero
        default: return nil
        }
    }

    /// Of the hints, `nop` and `bti`. All else but writes to system registers (`msr`).
    private static func isMovableSystem(_ word: UInt32) -> Bool {
        if word & 0xffff_f01f == 0xd503_201f { return [0, 32, 34, 36, 38].contains(word >> 5 & 0x7f) }
        return word & 0xfff0_0000 != 0xd510_0000 && word & 0xfff8_f01f != 0xd500_401f
    }

    private static func loadOrStore(_ word: UInt32, _ address: UInt64) -> Self {
        if word & 0x3b00_0000 == 0x1800_0000 {
            let isVector = word & 0x0400_0000 != 0
            let size =
                switch word >> 30 {
                case 0: 4
                case 1: 8
                case 2: isVector ? 16 : 4
                default: 0
                }
            return .literalLoad(literal: address &+ word.distance(at: 5, bits: 19), size: size)
        }
        // Exclusives, which an interruption undoes, and what shares their class; the three steps of a memory copy.
        if word & 0x3f00_0000 == 0x0800_0000 || word & 0x3b20_0c00 == 0x1900_0400 { return .bound }
        return word == 0xf940_0b90 || word == 0xf940_0f90 ? .stackCheck(.loadGuard) : .movable
    }
}

extension UInt32 {
    /// A signed distance in words, extended to 64 bits and turned into bytes.
    fileprivate func distance(at bit: UInt32, bits: UInt32) -> UInt64 {
        let field = Int32(truncatingIfNeeded: self << (32 - bit - bits)) >> Int32(32 - bits)
        return UInt64(bitPattern: Int64(field) * 4)
    }
}
