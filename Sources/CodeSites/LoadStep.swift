/// An instruction that changes one register or nothing, of the few kinds that a compiler makes arguments with. Registers are
/// numbered as in encodings.
enum LoadStep: Sendable, Equatable {
    /// Of 4 or 8 bytes, from `offset` bytes above what the base register has. On arm64, 31 is the stack pointer as a base.
    case load(into: UInt8, base: UInt8, offset: UInt64, size: Int)
    /// The register gets an address, without a look at memory.
    case address(into: UInt8)
    case nothing

    /// Nil for an instruction of any other kind.
    init?(_ bytes: ArraySlice<UInt8>, of instructionSet: InstructionSet) {
        switch instructionSet {
        case .amd64: self.init(amd64: Array(bytes))
        case .arm64: self.init(arm64: bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) })
        }
    }

    /// `mov disp(%base),%register` and `lea disp(%rip),%register` with a REX prefix or none (Intel SDM volume 2, 2.1 and 2.2).
    private init?(amd64 bytes: [UInt8]) {
        if bytes == [0x90] || bytes == [0x66, 0x90] || bytes.starts(with: [0x0f, 0x1f])
            || bytes.starts(with: [0x66, 0x0f, 0x1f])
        {
            self = .nothing
            return
        }
        var rest = bytes[...]
        var prefix: UInt8 = 0
        if let first = rest.first, first & 0xf0 == 0x40 {
            prefix = first
            rest = rest.dropFirst()
        }
        // Neither an index register.
        guard prefix & 0b0010 == 0, let opcode = rest.popFirst(), let form = rest.popFirst() else { return nil }
        let isWide = prefix & 0b1000 != 0
        let register = (prefix & 0b0100) << 1 | form >> 3 & 7
        let base = (prefix & 0b0001) << 3 | form & 7
        switch (opcode, form >> 6, form & 7) {
        case (0x8d, 0, 5) where rest.count == 4 && isWide:
            self = .address(into: register)
        case (0x8b, let mode, let low) where mode != 3 && !(mode == 0 && low == 5):
            // With this base, a byte follows that names it again, and no index.
            if low == 4 {
                guard rest.popFirst() == 0x24 else { return nil }
            }
            guard rest.count == [0, 1, 4][Int(mode)] else { return nil }
            let offset = rest.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            guard rest.last ?? 0 < 0x80 else { return nil }
            self = .load(into: register, base: base, offset: offset, size: isWide ? 8 : 4)
        default: return nil
        }
    }

    /// `ldr` with an unsigned offset, `adrp`, `adr`, `add` of a constant, `nop` (DDI 0487, C4.1).
    private init?(arm64 word: UInt32) {
        let target = UInt8(word & 31)
        let base = UInt8(word >> 5 & 31)
        let constant = UInt64(word >> 10 & 0xfff)
        if word == 0xd503_201f {
            self = .nothing
        } else if word & 0xffc0_0000 == 0xf940_0000, target != 31 {
            self = .load(into: target, base: base, offset: constant * 8, size: 8)
        } else if word & 0xffc0_0000 == 0xb940_0000, target != 31 {
            self = .load(into: target, base: base, offset: constant * 4, size: 4)
        } else if word & 0x1f00_0000 == 0x1000_0000, target != 31 {
            self = .address(into: target)
        } else if word & 0xff80_0000 == 0x9100_0000, target != 31 {
            self = .address(into: target)
        } else {
            return nil
        }
    }
}
