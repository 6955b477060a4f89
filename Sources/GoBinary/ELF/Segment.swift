/// A part of the file and where it is loaded.
struct Segment: Sendable {
    /// Image-relative.
    let address: UInt64
    let fileOffset: UInt64
    /// Bytes that come from the file; the rest of the segment is zero and not readable here.
    let fileSize: UInt64
    let isExecutable: Bool
    let isWritable: Bool

    /// One past the last address backed by the file.
    var end: UInt64 { address + fileSize }

    /// No address and no file offset of a real program comes near this, so that adding small numbers to one that is in a
    /// segment can't overflow.
    private static let limit: UInt64 = 1 << 62

    /// Fails for a segment that wraps around in the file or in memory.
    init?(address: UInt64, fileOffset: UInt64, fileSize: UInt64, flags: UInt32) {
        guard max(address, fileOffset) < Self.limit, fileSize < Self.limit else { return nil }
        self.address = address
        self.fileOffset = fileOffset
        self.fileSize = fileSize
        isExecutable = flags & 1 != 0
        isWritable = flags & 2 != 0
    }

    /// Whether the file backs `count` bytes from `address` on.
    func contains(_ address: UInt64, count: UInt64 = 1) -> Bool {
        address >= self.address && address <= end && count <= end - address
    }
}

/// `Elf64_Phdr`.
struct ProgramHeader {
    static let load: UInt32 = 1
    static let dynamic: UInt32 = 2
    static let interpreter: UInt32 = 3
    private static let size: UInt16 = 56
    private static let limit: UInt16 = 256

    let type: UInt32
    let segment: Segment

    static func all(in file: CachedFile) throws(GoBinaryError) -> [ProgramHeader] {
        let table = try file.load(UInt64.self, at: 32, "ELF header")
        let entrySize = try file.load(UInt16.self, at: 54, "ELF header")
        let count = try file.load(UInt16.self, at: 56, "ELF header")
        guard entrySize == size else { throw .corrupt("ELF program header size \(entrySize)") }
        guard count <= limit else { throw .tooLarge("\(count) ELF program headers") }
        var headers: [ProgramHeader] = []
        for index in 0..<UInt64(count) {
            let header = try table.plus(index * UInt64(size), "ELF program header offset \(table)")
            headers.append(try ProgramHeader(at: header, in: file))
        }
        return headers
    }

    private init(at header: UInt64, in file: CachedFile) throws(GoBinaryError) {
        let what = "ELF program headers"
        // The whole header is read first, so that the sums below can't wrap.
        guard header <= file.source.size, file.source.size - header >= UInt64(Self.size) else { throw .truncated(what) }
        type = try file.load(UInt32.self, at: header, what)
        let segment = Segment(
            address: try file.load(UInt64.self, at: header + 16, what),
            fileOffset: try file.load(UInt64.self, at: header + 8, what),
            fileSize: try file.load(UInt64.self, at: header + 32, what),
            flags: try file.load(UInt32.self, at: header + 4, what))
        guard let segment else { throw .corrupt("ELF segment that wraps around") }
        self.segment = segment
    }
}
