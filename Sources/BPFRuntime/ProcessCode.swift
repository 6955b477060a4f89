import Glibc

/// The code of a running process, as its memory holds it: breakpoints included.
struct ProcessCode: ~Copyable {
    private struct Mapping {
        let start: UInt64
        let fileOffsets: Range<UInt64>
    }

    private let memory: OwnedDescriptor
    private let mappings: [Mapping]

    /// Nil when the process has gone, is a kernel thread, or may not be read.
    init?(pid: pid_t) {
        guard let executable = Self.executablePath(of: pid),
            let memory = try? OwnedDescriptor(opening: "/proc/\(pid)/mem", O_RDONLY),
            let maps = try? OwnedDescriptor(opening: "/proc/\(pid)/maps", O_RDONLY).remainder(
                of: "maps", limit: 8 << 20)
        else { return nil }
        mappings = maps.split(separator: UInt8(ascii: "\n")).compactMap { line in
            Self.mapping(String(decoding: line, as: UTF8.self), of: executable)
        }
        self.memory = memory
    }

    /// What /proc/PID/exe links to; " (deleted)" behind a path whose file was removed.
    static func executablePath(of pid: pid_t) -> String? {
        var text = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/\(pid)/exe", &text, text.count)
        return count > 0
            ? String(decoding: text.prefix(count).map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self) : nil
    }

    /// A line of proc(5)'s maps, "START-END PERMISSIONS OFFSET DEVICE INODE PATH", if it is code of that file.
    private static func mapping(_ line: String, of executable: String) -> Mapping? {
        let fields = line.split(separator: " ", maxSplits: 5)
        guard fields.count == 6, fields[1].contains("x"),
            fields[5].drop(while: { $0 == " " }) == executable.replacingNewlines(),
            let dash = fields[0].firstIndex(of: "-"), let start = UInt64(fields[0][..<dash], radix: 16),
            let end = UInt64(fields[0][fields[0].index(after: dash)...], radix: 16), end > start,
            let offset = UInt64(fields[2], radix: 16), offset <= UInt64.max - (end - start)
        else { return nil }
        return Mapping(start: start, fileOffsets: offset..<(offset + (end - start)))
    }

    /// The bytes that the process has in place of those at a file offset; nil where it maps none.
    func bytes(atFileOffset offset: UInt64, count: Int) -> [UInt8]? {
        for mapping in mappings where mapping.fileOffsets.contains(offset) {
            let address = mapping.start + (offset - mapping.fileOffsets.lowerBound)
            guard let bytes = memory.bytes(at: address, count: count), bytes.count == count else { continue }
            return bytes
        }
        return nil
    }
}

extension String {
    /// As the kernel escapes a path in maps.
    fileprivate func replacingNewlines() -> String {
        split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\\012")
    }
}
