internal import CLinux
import Glibc
import SystemPackage

/// The files that a kernel tells of itself in.
package struct HostFiles: Sendable {
    /// The folder that stands for "/".
    private let root: String

    /// - Parameter root: another folder than "/" for tests.
    package init(root: String = "") {
        self.root = root
    }

    func exists(_ path: String) -> Bool { access(root + path, F_OK) == 0 }

    /// The beginning of a file, at most `limit` bytes.
    func bytes(_ path: String, limit: Int = 1 << 20) throws(Errno) -> [UInt8] {
        try Self.contents(of: open(root + path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), limit: limit)
    }

    /// A file's text without white space around it.
    func text(_ path: String) throws(Errno) -> String {
        Self.text(try bytes(path))
    }

    /// The text of a file in a kernel file system that may not be mounted, as in a container.
    /// - Parameters:
    ///   - type: as in /proc/filesystems, for example "securityfs".
    ///   - folder: where it is mounted by convention.
    func text(_ name: String, in type: String, at folder: String) throws(Errno) -> String {
        let code: Errno
        do throws(Errno) {
            return try text("\(folder)/\(name)")
        } catch {
            code = error
        }
        guard code == .noSuchFileOrDirectory, root.isEmpty else { throw code }
        return Self.text(try Self.contents(of: open_in_kernel_file_system(type, name), limit: 1 << 20))
    }

    /// Names in a folder; none when it can't be listed.
    func names(_ path: String) -> [String] {
        guard let stream = opendir(root + path) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                })
        }
        return names
    }

    func link(_ path: String) throws(Errno) -> String {
        var target = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(root + path, &target, target.count)
        if count < 0 { throw Errno(rawValue: errno) }
        return String(decoding: target.prefix(count).map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
    }

    private static func text(_ bytes: [UInt8]) -> String {
        let spaces = Set("\n\t ".utf8)
        let trimmed = bytes.drop { spaces.contains($0) }.reversed().drop { spaces.contains($0) }.reversed()
        return String(decoding: trimmed, as: UTF8.self)
    }

    /// - Parameter opened: a descriptor, closed here, or -1 with errno set.
    private static func contents(of opened: Int32, limit: Int) throws(Errno) -> [UInt8] {
        if opened < 0 { throw Errno(rawValue: errno) }
        let descriptor = FileDescriptor(rawValue: opened)
        defer { try? descriptor.close() }
        var bytes: [UInt8] = []
        do {
            while bytes.count < limit {
                let chunk = try [UInt8](unsafeUninitializedCapacity: min(16384, limit - bytes.count)) { buffer, count in
                    count = try descriptor.read(into: UnsafeMutableRawBufferPointer(buffer))
                }
                if chunk.isEmpty { break }
                bytes += chunk
            }
        } catch {
            throw (error as? Errno) ?? .ioError
        }
        return bytes
    }
}
