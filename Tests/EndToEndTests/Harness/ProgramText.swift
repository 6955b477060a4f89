import Glibc
import TestSupport

/// The executable code of a running program, in memory and in its file.
struct ProgramText {
    private let pid: Int32
    /// Where the code is mapped, and where it is in the file.
    private let addresses: Range<UInt64>
    private let original: ArraySlice<UInt8>

    init(of pid: Int32) throws {
        self.pid = pid
        let executable = "/proc/\(pid)/exe"
        var name = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlink(executable, &name, name.count - 1)
        guard length > 0 else { throw SystemCallFailure("readlink", executable) }
        let path = String(decoding: name[..<length].map(UInt8.init(bitPattern:)), as: UTF8.self)
        let lines = String(decoding: try readFile("/proc/\(pid)/maps"), as: UTF8.self).split(separator: "\n")
        // ADDRESS-ADDRESS r-xp OFFSET DEVICE INODE PATH
        for line in lines where line.hasSuffix(path) {
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            let ends = fields[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
            guard fields[1].contains("x"), ends.count == 2, let offset = Int(fields[2], radix: 16) else { continue }
            addresses = ends[0]..<ends[1]
            original = try readFile(executable)[offset...].prefix(addresses.count)
            return
        }
        throw NoText(path: path)
    }

    /// How many bytes in memory are not what the file holds.
    func differences() throws -> Int {
        let path = "/proc/\(pid)/mem"
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemCallFailure("open", path) }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: original.count)
        guard pread(descriptor, &bytes, bytes.count, off_t(addresses.lowerBound)) == bytes.count else {
            throw SystemCallFailure("pread", path)
        }
        return stride(from: 0, to: bytes.count, by: 4096).reduce(0) { count, start in
            let page = bytes[start...].prefix(4096)
            let same = original.dropFirst(start).prefix(4096)
            return page == same ? count : count + zip(page, same).count { $0 != $1 }
        }
    }
}

struct NoText: Error {
    var path: String
}
