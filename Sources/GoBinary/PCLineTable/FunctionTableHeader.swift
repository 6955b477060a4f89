/// The header of pclntab, `runtime.pcHeader` (`runtime/symtab.go`): magic 0, two zero bytes, instruction size 6, pointer
/// size 7, number of functions 8, offsets of function names 32, compilation units 40, files 48, line tables 56,
/// functions 64.
struct FunctionTableHeader: Sendable {
    /// Image-relative.
    let address: UInt64
    let functionCount: UInt64
    /// The zero-terminated names, by offset from `address`.
    let names: Range<UInt64>
    let compilationUnits: UInt64
    /// The tables of values by program counter, by offset from `address`.
    let values: Range<UInt64>
    /// The table of functions and their records, by offset from `address`.
    let functions: UInt64
    let record: RecordLayout

    /// Where things are in a function's record, `runtime._func`, and in the entries of its inline tree,
    /// `runtime.inlinedCall`.
    struct RecordLayout: Sendable {
        let functionID: UInt64
        /// Without the offsets of the function's tables and data, which follow: as many as `valueTableCount` has of the
        /// former, as many as the last byte of `size` says of the latter.
        let size: UInt64
        let valueTableCount: UInt64 = 28
        let inlinedCall: (name: UInt64, parent: UInt64, size: UInt64)

        /// Go 1.18 and 1.19.
        static let withoutStartLine = RecordLayout(functionID: 36, size: 40, inlinedCall: (12, 16, 20))
        /// Go 1.20 and later.
        static let withStartLine = RecordLayout(functionID: 40, size: 44, inlinedCall: (4, 8, 16))
    }

    static let magic118: UInt32 = 0xffff_fff0
    static let magic120: UInt32 = 0xffff_fff1
    /// Go 1.2 and 1.16.
    private static let oldMagics: Set<UInt32> = [0xffff_fffb, 0xffff_fffa]
    /// Bytes of names, and number of functions, that are more than any real program has.
    private static let nameLimit: UInt64 = 64 << 20
    private static let functionLimit: UInt64 = 2 << 20
    /// Plausible headers in one file, of which real ones have one.
    private static let candidateLimit = 4

    /// Nil if there is no table at `address`.
    init?(at address: UInt64, in image: Image) throws(GoBinaryError) {
        let what = "function table (pclntab)"
        guard let segment = image.segment(holding: address, count: 72) else { return nil }
        let magic = try image.load(UInt32.self, at: address, what)
        guard !Self.oldMagics.contains(magic) else { throw .unsupportedGo("a Go release before 1.18") }
        guard magic == Self.magic118 || magic == Self.magic120,
            try image.load(UInt16.self, at: address + 4, what) == 0,
            try image.load(UInt8.self, at: address + 6, what) == image.elf.architecture.minimumInstructionSize,
            try image.load(UInt8.self, at: address + 7, what) == 8
        else { return nil }
        var offsets: [UInt64] = []
        for field in stride(from: address + 32, through: address + 64, by: 8) {
            offsets.append(try image.load(UInt64.self, at: field, what))
        }
        let count = try image.load(UInt64.self, at: address + 8, what)
        // Each offset is at least the one before, and the last one leaves room for the table of functions.
        guard offsets[0] >= 72, zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 }),
            offsets[4] < segment.end - address, count > 0, count <= (segment.end - address - offsets[4]) / 8
        else { return nil }
        guard count <= Self.functionLimit else { throw .tooLarge("\(count) functions") }
        guard offsets[1] - offsets[0] <= Self.nameLimit else { throw .tooLarge("names of functions") }
        self.address = address
        functionCount = count
        names = offsets[0]..<offsets[1]
        compilationUnits = offsets[1]
        values = offsets[3]..<offsets[4]
        functions = offsets[4]
        record = magic == Self.magic118 ? .withoutStartLine : .withStartLine
    }

    /// Looks where the linker usually puts the table.
    static func inSections(of image: Image) throws(GoBinaryError) -> FunctionTableHeader? {
        for section in image.elf.sections where section.name.hasSuffix(".gopclntab") && section.address != 0 {
            if let header = try FunctionTableHeader(at: section.address, in: image) { return header }
        }
        return nil
    }

    /// Looks at every aligned word of every segment that isn't code: the linker of C programs merges the table's section
    /// into others.
    static func scanning(_ image: Image) throws(GoBinaryError) -> [FunctionTableHeader] {
        // Magic, two zero bytes, instruction size, pointer size 8, as one little-endian word. The magics differ in three
        // bits.
        let start = 8 << 56 | UInt64(image.elf.architecture.minimumInstructionSize) << 48 | UInt64(magic118)
        var headers: [FunctionTableHeader] = []
        var isOld = false
        for segment in image.elf.segments where !segment.isExecutable {
            for candidate in try SegmentScan(segment, image).words(equalTo: start, ignoring: 0b1011) {
                guard !oldMagics.contains(try image.load(UInt32.self, at: candidate, "function table (pclntab)")) else {
                    isOld = true
                    continue
                }
                if let header = try FunctionTableHeader(at: candidate, in: image) { headers.append(header) }
            }
        }
        guard !isOld || !headers.isEmpty else { throw .unsupportedGo("a Go release before 1.18") }
        guard headers.count <= candidateLimit else { throw .corrupt("\(headers.count) function tables (pclntab)") }
        return headers
    }
}
