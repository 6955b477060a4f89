/// Decodes the machine code of one instruction set, one copied function of bounded size at a time.
package struct Disassembler: ~Copyable {
    /// Largest function that is decoded, in bytes.
    package static let sizeLimit = 256 << 10

    private let instructionSet: InstructionSet
    private var capstone: Capstone

    /// Throws `CodeError.decoderUnavailable`.
    package init(for instructionSet: InstructionSet) throws(CodeError) {
        self.instructionSet = instructionSet
        capstone = try Capstone(for: instructionSet)
    }

    /// Decodes a function from its first to its last byte, padding included.
    ///
    /// `address` is where the first byte is; sites are reported in the same address space. Throws
    /// `CodeError.undecodable` at the first byte that begins no known instruction: where instructions differ in length, a
    /// site found before a gap could not be trusted to be complete. Where all have the same length, what is no
    /// instruction is passed over.
    package mutating func decode(_ code: [UInt8], at address: UInt64) throws(CodeError) -> FunctionCode {
        guard code.count <= Self.sizeLimit else { throw .tooLarge(size: code.count, limit: Self.sizeLimit) }
        guard !address.addingReportingOverflow(UInt64(code.count)).overflow else {
            throw .addressOverflow(address: address, size: code.count)
        }
        switch instructionSet {
        case .amd64: return try AMD64Decoder.decode(code, at: address, with: &capstone)
        case .arm64: return try ARM64Decoder.decode(code, at: address)
        }
    }
}
