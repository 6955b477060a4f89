import CCapstone

/// Decodes amd64 machine code. Owns a capstone handle and its instruction buffer.
///
/// Capstone is C code that parses hostile input, so the door to it is narrow: it is handed one copied function at a
/// time, of bounded size, and only the lengths and kinds of instructions are taken back.
package struct Disassembler: ~Copyable {
    /// Largest function that is decoded, in bytes.
    package static let sizeLimit = 256 << 10

    private let handle: csh
    private let buffer: UnsafeMutablePointer<cs_insn>

    /// Throws `CodeError.decoderUnavailable`.
    package init() throws(CodeError) {
        var handle: csh = 0
        let opened = cs_open(CS_ARCH_X86, CS_MODE_64, &handle)
        guard opened == CS_ERR_OK else { throw .decoderUnavailable(code: opened.rawValue) }
        let configured = cs_option(handle, CS_OPT_SYNTAX, Int(CS_OPT_SYNTAX_ATT.rawValue))
        guard configured == CS_ERR_OK, let buffer = cs_malloc(handle) else {
            cs_close(&handle)
            throw .decoderUnavailable(code: (configured == CS_ERR_OK ? CS_ERR_MEM : configured).rawValue)
        }
        self.handle = handle
        self.buffer = buffer
    }

    deinit {
        cs_free(buffer, 1)
        var handle = handle
        cs_close(&handle)
    }

    /// Decodes a function from its first to its last byte, padding included.
    ///
    /// `address` is where the first byte is; sites are reported in the same address space. Throws
    /// `CodeError.undecodable` at the first byte that begins no known instruction: a site found before a gap could
    /// not be trusted to be complete.
    package mutating func decode(_ code: [UInt8], at address: UInt64) throws(CodeError) -> FunctionCode {
        guard code.count <= Self.sizeLimit else { throw .tooLarge(size: code.count, limit: Self.sizeLimit) }
        guard !address.addingReportingOverflow(UInt64(code.count)).overflow else {
            throw .addressOverflow(address: address, size: code.count)
        }
        var instructions: [Instruction] = []
        instructions.reserveCapacity(code.count / 4)
        var offset = 0
        while offset < code.count {
            guard let instruction = next(in: code, at: offset, base: address) else {
                throw .undecodable(address: address &+ UInt64(offset))
            }
            instructions.append(instruction)
            offset += Int(instruction.length)
        }
        return FunctionCode(address: address, instructions: instructions)
    }

    private func next(in code: [UInt8], at offset: Int, base: UInt64) -> Instruction? {
        let window = code[offset..<min(offset + 15, code.count)]
        var address = base &+ UInt64(offset)
        let start = address
        let decoded = window.withUnsafeBufferPointer { bytes in
            var cursor = bytes.baseAddress
            var remaining = bytes.count
            return cs_disasm_iter(handle, &cursor, &remaining, &address, buffer)
        }
        let length = Int(buffer.pointee.size)
        guard decoded, length > 0, length <= window.count else { return nil }
        let bytes = window.prefix(length)
        let kind = Instruction.Kind(bytes: bytes.span, address: start) ?? kindOfDecoded(bytes)
        return Instruction(
            address: start, length: UInt8(length), kind: kind,
            text: kind.text ?? textOfDecoded(indirect: kind == .indirectCall))
    }

    /// The kind of the instruction in the buffer, where its bytes alone didn't tell.
    private func kindOfDecoded(_ bytes: ArraySlice<UInt8>) -> Instruction.Kind {
        switch x86_insn(buffer.pointee.id) {
        case X86_INS_CALL: operands.hasPrefix("*") ? .indirectCall : .other
        case X86_INS_NOP: bytes.last == 0x90 ? .shortNop : .longNop
        default: .other
        }
    }

    private func textOfDecoded(indirect: Bool) -> String {
        if indirect { return "call \(operands)" }
        let name = withUnsafeBytes(of: buffer.pointee.mnemonic) { Self.text($0) }
        return operands.isEmpty ? name : "\(name) \(operands)"
    }

    private var operands: String {
        withUnsafeBytes(of: buffer.pointee.op_str) { Self.text($0) }
    }

    /// A terminated string in a fixed array of capstone's.
    private static func text(_ characters: UnsafeRawBufferPointer) -> String {
        String(decoding: characters.prefix { $0 != 0 }, as: UTF8.self)
    }
}
