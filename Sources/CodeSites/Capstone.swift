import CCapstone

/// Owns a capstone handle and its instruction buffer.
///
/// Capstone is C code that parses hostile input, so the door to it is narrow: it is handed one instruction at a time, and
/// only its length, its number, its text and the registers that it writes to are taken back.
struct Capstone: ~Copyable {
    private let handle: csh
    private let buffer: UnsafeMutablePointer<cs_insn>

    /// - Parameter tellsRegisters: `writtenRegisters` will be asked for, which makes decoding slower.
    ///
    /// Throws `CodeError.decoderUnavailable`.
    init(for instructionSet: InstructionSet, tellsRegisters: Bool = false) throws(CodeError) {
        var handle: csh = 0
        let opened =
            switch instructionSet {
            case .amd64: cs_open(CS_ARCH_X86, CS_MODE_64, &handle)
            case .arm64: cs_open(CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN, &handle)
            }
        guard opened == CS_ERR_OK else { throw .decoderUnavailable(code: opened.rawValue) }
        var configured = CS_ERR_OK
        if instructionSet == .amd64 { configured = cs_option(handle, CS_OPT_SYNTAX, Int(CS_OPT_SYNTAX_ATT.rawValue)) }
        if tellsRegisters, configured == CS_ERR_OK {
            configured = cs_option(handle, CS_OPT_DETAIL, Int(CS_OPT_ON.rawValue))
        }
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

    /// Decodes the instruction with which some bytes begin. Returns its length; nil where capstone knows none.
    mutating func decode(_ bytes: ArraySlice<UInt8>, at address: UInt64) -> Int? {
        var next = address
        let decoded = bytes.withUnsafeBufferPointer { bytes in
            var cursor = bytes.baseAddress
            var remaining = bytes.count
            return cs_disasm_iter(handle, &cursor, &remaining, &next, buffer)
        }
        let length = Int(buffer.pointee.size)
        guard decoded, length > 0, length <= bytes.count else { return nil }
        return length
    }

    /// The number of the instruction last decoded, among those of its instruction set.
    var id: UInt32 { buffer.pointee.id }

    /// The name of the instruction last decoded.
    var mnemonic: String {
        withUnsafeBytes(of: buffer.pointee.mnemonic) { Self.text($0) }
    }

    /// The operands of the instruction last decoded, empty where it has none.
    var operands: String {
        withUnsafeBytes(of: buffer.pointee.op_str) { Self.text($0) }
    }

    /// The numbers of the registers that the instruction last decoded writes to, among those of its instruction set; parts
    /// of registers have numbers of their own. Nil where capstone doesn't know.
    var writtenRegisters: [UInt16]? {
        withUnsafeTemporaryAllocation(of: UInt16.self, capacity: 2 * Self.registerLimit) { registers in
            guard let read = registers.baseAddress else { return nil }
            let written = read + Self.registerLimit
            var readCount: UInt8 = 0
            var writtenCount: UInt8 = 0
            let told = cs_regs_access(handle, buffer, read, &readCount, written, &writtenCount)
            guard told == CS_ERR_OK, Int(writtenCount) <= Self.registerLimit else { return nil }
            return Array(UnsafeBufferPointer(start: written, count: Int(writtenCount)))
        }
    }

    /// Room for the registers of one instruction: `cs_regs`.
    private static let registerLimit = 64

    /// A terminated string in a fixed array of capstone's.
    private static func text(_ characters: UnsafeRawBufferPointer) -> String {
        String(decoding: characters.prefix { $0 != 0 }, as: UTF8.self)
    }
}
