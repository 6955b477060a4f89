extension AMD64Instruction {
    /// Classifies an instruction from its bytes alone. Nil for what these rules don't know.
    ///
    /// Encodings: Intel SDM volume 2, appendix A. Only the encodings that Go's assembler emits are listed; a prefixed
    /// branch is left out on purpose, since the kernel refuses a uprobe there.
    init?(bytes: Span<UInt8>, address: UInt64) {
        let count = bytes.count
        guard count > 0 else { return nil }
        let end = address &+ UInt64(count)
        switch bytes[0] {
        case 0xe8 where count == 5:
            self = .call(target: end &+ bytes.displacement32(at: 1))
        case 0xe9 where count == 5:
            self = .jump(target: end &+ bytes.displacement32(at: 1))
        case 0xeb where count == 2:
            self = .jump(target: end &+ bytes.displacement8(at: 1))
        case 0x70...0x7f where count == 2:
            guard let condition = AMD64Condition(rawValue: bytes[0] & 0x0f) else { return nil }
            self = .conditionalJump(condition, target: end &+ bytes.displacement8(at: 1))
        case 0x0f where count == 6 && 0x80...0x8f ~= bytes[1]:
            guard let condition = AMD64Condition(rawValue: bytes[1] & 0x0f) else { return nil }
            self = .conditionalJump(condition, target: end &+ bytes.displacement32(at: 2))
        case 0xc3 where count == 1:
            self = .ret
        case 0x50...0x57 where count == 1:
            guard let register = AMD64Register(rawValue: bytes[0] & 7) else { return nil }
            self = .push(register)
        case 0x41 where count == 2 && 0x50...0x57 ~= bytes[1]:
            guard let register = AMD64Register(rawValue: 8 + bytes[1] & 7) else { return nil }
            self = .push(register)
        case 0x48...0x4d:
            guard let kind = Self.wide(bytes) else { return nil }
            self = kind
        case 0x64 where bytes.isLoadOfGoroutine:
            self = .stackCheck(.loadGoroutine)
        default:
            return nil
        }
    }

    /// With a REX prefix for 64 bits.
    private static func wide(_ bytes: Span<UInt8>) -> Self? {
        guard bytes.count >= 3 else { return nil }
        switch (bytes[0], bytes[1], bytes[2]) {
        case (0x48, 0x81, 0xec), (0x48, 0x83, 0xec): return .allocateFrame
        case (0x48, 0x85, 0xdb) where bytes.count == 3: return .testSecondResult
        // A frame of 128 bytes: -128 fits a signed byte, 128 does not.
        case (0x48, 0x83, 0xc4) where bytes.count == 4 && bytes[3] == 0x80: return .allocateFrame
        case (0x49, 0x3b, 0x66) where bytes.isStackGuard(at: 3): return .stackCheck(.compareStackPointer)
        case (0x4d, 0x3b, 0x66) where bytes.isStackGuard(at: 3): return .stackCheck(.compareLowest)
        case (0x4c, 0x8d, 0x64), (0x4c, 0x8d, 0xa4):
            return bytes.count > 3 && bytes[3] == 0x24 ? .stackCheck(.loadLowest) : nil
        case (0x49, 0x89, 0xe4), (0x4c, 0x8b, 0xe4): return .stackCheck(.copyStackPointer)
        case (0x49, 0x81, 0xec), (0x49, 0x83, 0xec): return .stackCheck(.subtractFrame)
        default: return nil
        }
    }
}

extension Span<UInt8> {
    /// Whether the byte is the offset in g of `stackguard0` or `stackguard1`.
    fileprivate func isStackGuard(at index: Int) -> Bool {
        count == index + 1 && (self[index] == 0x10 || self[index] == 0x18)
    }

    /// `mov %fs:-8,%r14`, the thread-local slot of g in executables (cmd/link, `.tlsg`).
    fileprivate var isLoadOfGoroutine: Bool {
        count == 9 && self[1] == 0x4c && self[2] == 0x8b && self[3] == 0x34 && self[4] == 0x25
            && displacement32(at: 5) == UInt64(bitPattern: -8)
    }

    /// A signed byte, extended to 64 bits.
    fileprivate func displacement8(at index: Int) -> UInt64 {
        UInt64(bitPattern: Int64(Int8(bitPattern: self[index])))
    }

    /// A signed little-endian 32-bit number, extended to 64 bits.
    fileprivate func displacement32(at index: Int) -> UInt64 {
        var value: UInt32 = 0
        for byte in 0..<4 { value |= UInt32(self[index + byte]) << (8 * UInt32(byte)) }
        return UInt64(bitPattern: Int64(Int32(bitPattern: value)))
    }
}
