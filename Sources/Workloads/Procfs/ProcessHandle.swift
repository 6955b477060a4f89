internal import CLinux
internal import Glibc
package import SystemPackage

/// A process that is held on to by its folder in /proc: what is opened by it is that process's, and nothing when it has ended,
/// whoever has its number by then. Nothing of the process is kept alive by that. What opens may block.
package final class ProcessHandle: Sendable {
    /// In the pid namespace of /proc.
    package let pid: Int32
    private let folder: FileDescriptor

    package init(pid: Int32) throws(ProcfsError) {
        self.pid = pid
        let process = ProcFolder(pid: pid)
        do {
            folder = try FileDescriptor.open(process.path(of: ""), .readOnly, options: [.closeOnExec, .directory])
        } catch {
            throw process.failure(error, file: "")
        }
    }

    deinit {
        try? folder.close()
    }

    /// Whether there is nothing to be opened any more.
    package var hasEnded: Bool {
        var status = stat()
        return fstatat(folder.rawValue, "root", &status, 0) != 0 && Self.isEnd(errno)
    }

    /// Whether its network is this process's own, its loopback included.
    package func sharesNetwork() throws(ProcfsError) -> Bool {
        var (its, own) = (stat(), stat())
        guard fstatat(folder.rawValue, Self.network, &its, 0) == 0, stat("/proc/self/\(Self.network)", &own) == 0 else {
            throw failure(Self.network)
        }
        return its.st_dev == own.st_dev && its.st_ino == own.st_ino
    }

    /// Opens its network namespace. To be closed by the caller.
    package func openNetwork() throws(ProcfsError) -> FileDescriptor {
        let descriptor = openat(folder.rawValue, Self.network, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { throw failure(Self.network) }
        return FileDescriptor(rawValue: descriptor)
    }

    private static let network = "ns/net"
    /// How often a file is looked for that is moved meanwhile.
    private static let attempts = 4

    /// Reads a regular file as the process itself would find it: by a path from its root.
    /// - Parameter limit: bytes.
    package func contents(of path: String, limit: Int) throws(ProcessFileError) -> [UInt8] {
        guard path.utf8.first == UInt8(ascii: "/"), !path.utf8.contains(0) else { throw .notAbsolute }
        let root = openat(folder.rawValue, "root", Int32(PATH_ONLY) | O_DIRECTORY | O_CLOEXEC)
        guard root >= 0 else {
            throw Self.isEnd(errno) ? .processEnded : .system(Errno(rawValue: errno))
        }
        defer { close(root) }
        var found: Int32 = -1
        for _ in 0..<Self.attempts {
            found = find_in_root(root, path)
            if found >= 0 || errno != EAGAIN { break }
        }
        guard found >= 0 else { throw errno == ELOOP ? .link : .system(Errno(rawValue: errno)) }
        defer { close(found) }
        var status = stat()
        guard fstat(found, &status) == 0 else { throw .system(Errno(rawValue: errno)) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular }
        guard try credentials().mayRead(status) else { throw .denied }
        // Those of the kernel's file systems have no size, and may have one wait.
        guard status.st_size > 0 else { throw .empty }
        guard status.st_size <= limit else { throw .tooLarge(limit: limit) }
        let file = open("/proc/self/fd/\(found)", O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard file >= 0 else { throw .system(Errno(rawValue: errno)) }
        defer { close(file) }
        let bytes: [UInt8]
        do {
            bytes = try FileDescriptor(rawValue: file).contents(limit: limit + 1)
        } catch {
            throw .system((error as? Errno) ?? .ioError)
        }
        if bytes.count > limit { throw .tooLarge(limit: limit) }
        return bytes
    }

    private func credentials() throws(ProcessFileError) -> FileCredentials {
        let file = openat(folder.rawValue, "status", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Self.isEnd(errno) ? .processEnded : .system(Errno(rawValue: errno)) }
        defer { close(file) }
        // The list of groups may have 65536 members.
        guard let bytes = try? FileDescriptor(rawValue: file).contents(limit: 1 << 20),
            let credentials = FileCredentials(status: String(decoding: bytes, as: UTF8.self))
        else { throw .processEnded }
        return credentials
    }

    /// Also of one that nobody has waited for yet.
    private static func isEnd(_ code: CInt) -> Bool { [ENOENT, ESRCH].contains(code) }

    private func failure(_ file: String) -> ProcfsError {
        ProcFolder(pid: pid).failure(Errno(rawValue: errno), file: file)
    }
}

/// Why a file of a process isn't read.
package enum ProcessFileError: Error, Hashable, Sendable {
    case notAbsolute
    case processEnded
    /// A link of /proc, or too many links.
    case link
    case notRegular
    /// The process itself may not read it.
    case denied
    case empty
    /// Bytes.
    case tooLarge(limit: Int)
    case system(Errno)
}

extension ProcessFileError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notAbsolute: "it isn't named by an absolute path"
        case .processEnded: "the process has ended"
        case .link: "links lead to it that aren't followed, such as those of /proc"
        case .notRegular: "it is no regular file"
        case .denied: "the process itself may not read it: give it to its user, or to one of its groups"
        case .empty: "it is empty"
        case .tooLarge(let limit): "it has more than \(limit >> 10) KiB"
        case .system(let error): "\(error)"
        }
    }
}
