/// Decodes arm64 code. All instructions are words, so that each is classified by itself: what is no instruction (padding,
/// literals, instructions younger than these rules) leaves no doubt about the others. Of capstone, only the text is used.
enum ARM64Decoder {
    private static let wordSize = 4

    /// Throws `CodeError.undecodable` where words can't be: at an address between two of them, or at a last part of one.
    static func decode(_ code: [UInt8], at address: UInt64) throws(CodeError) -> FunctionCode {
        guard address.isMultiple(of: UInt64(wordSize)) else { throw .undecodable(address: address) }
        let whole = code.count - code.count % wordSize
        guard whole == code.count else { throw .undecodable(address: address &+ UInt64(whole)) }
        let kinds = classify(code, at: address)
        let instructions = kinds.indices.map { index in
            Instruction(
                address: address &+ UInt64(index * wordSize), length: UInt8(wordSize), role: kinds[index].role,
                probing: kinds[index].probing)
        }
        return FunctionCode(
            address: address, code: code, instructionSet: .arm64, instructions: instructions,
            prologue: ARM64Prologue(kinds, at: address).site)
    }

    /// An instruction in Arm's syntax. Nil for one that capstone doesn't know: it is younger, or none after all.
    static func text(of bytes: ArraySlice<UInt8>, at address: UInt64) -> String? {
        guard bytes.count == wordSize, var capstone = try? Capstone(for: .arm64),
            capstone.decode(bytes, at: address) == wordSize
        else { return nil }
        var operands = capstone.operands
        // Addresses are printed without the `#` of constants.
        let kind = ARM64Instruction(word: bytes.word(at: bytes.startIndex), address: address)
        if kind.hasAddress, let mark = operands.lastIndex(of: "#") { operands.remove(at: mark) }
        return operands.isEmpty ? capstone.mnemonic : "\(capstone.mnemonic) \(operands)"
    }

    /// What each word is. Literals stand among the instructions, behind the loads that refer to them
    /// (cmd/internal/obj/arm64/asm7.go, `flushpool`); one may look like any instruction.
    private static func classify(_ code: [UInt8], at address: UInt64) -> [ARM64Instruction] {
        let count = code.count / wordSize
        var kinds: [ARM64Instruction] = []
        kinds.reserveCapacity(count)
        var isLiteral = [Bool](repeating: false, count: count)
        for index in 0..<count {
            guard !isLiteral[index] else {
                kinds.append(.data)
                continue
            }
            let offset = index * wordSize
            let kind = ARM64Instruction(word: code.word(at: offset), address: address &+ UInt64(offset))
            kinds.append(kind)
            guard case .literalLoad(let literal, let size) = kind, literal >= address else { continue }
            let first = (literal &- address) / UInt64(wordSize)
            for word in first..<first + UInt64(size / wordSize) where word < UInt64(count) {
                isLiteral[Int(word)] = true
            }
        }
        for index in 0..<count where isLiteral[index] { kinds[index] = .data }
        return kinds
    }
}

extension RandomAccessCollection<UInt8> where Index == Int {
    /// The little-endian word at an index.
    fileprivate func word(at offset: Int) -> UInt32 {
        var value: UInt32 = 0
        for byte in 0..<4 { value |= UInt32(self[offset + byte]) << (8 * UInt32(byte)) }
        return value
    }
}
