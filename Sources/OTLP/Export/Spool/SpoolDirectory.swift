internal import CLinux
internal import Glibc
internal import SystemPackage

/// An open folder of the spool: for its owner only, and no link is followed in it. All calls may block.
final class SpoolDirectory: Sendable {
    private let descriptor: FileDescriptor

    /// Opens one, made with those above it if missing. One that others may read or that is another's is refused, not changed.
    /// - Parameter path: absolute.
    convenience init(path: String) throws(Errno) {
        var partial = ""
        for part in path.split(separator: "/") {
            partial += "/" + part
            if mkdir(partial, 0o700) != 0, errno != EEXIST { throw Errno(rawValue: errno) }
        }
        try self.init(opening: path, beneath: AT_FDCWD)
    }

    /// Opens one in this, made if missing.
    func folder(_ name: String) throws(Errno) -> SpoolDirectory {
        if mkdirat(descriptor.rawValue, name, 0o700) == 0 {
            try Self.check(fsync(descriptor.rawValue))
        } else if errno != EEXIST {
            throw Errno(rawValue: errno)
        }
        return try SpoolDirectory(opening: name, beneath: descriptor.rawValue)
    }

    private init(opening path: String, beneath parent: Int32) throws(Errno) {
        let number = openat(parent, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        try Self.check(number)
        descriptor = FileDescriptor(rawValue: number)
        var status = stat()
        guard fstat(number, &status) == 0 else { throw Errno(rawValue: errno) }
        // What others may write to could hold spans that nobody made, or links; and one that others may read is not ours.
        guard status.st_uid == geteuid(), status.st_mode & 0o077 == 0 else { throw .permissionDenied }
    }

    deinit {
        try? descriptor.close()
    }

    struct File {
        let name: String
        /// Bytes.
        let size: Int
        /// Seconds since 1970, of the last change.
        let changed: Int
    }

    /// Whether nothing is in it but for this.
    func isEmpty(butFor exception: String) throws(Errno) -> Bool {
        try entries(of: nil).allSatisfy { $0.name == exception }
    }

    /// The regular ones, in no order.
    func files() throws(Errno) -> [File] {
        try entries(of: S_IFREG)
    }

    func folders() throws(Errno) -> [String] {
        try entries(of: S_IFDIR).map(\.name)
    }

    private func entries(of kind: mode_t?) throws(Errno) -> [File] {
        // Of its own: a duplicate would share the place up to which is read.
        let copy = openat(descriptor.rawValue, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        try Self.check(copy)
        guard let stream = fdopendir(copy) else {
            let error = Errno(rawValue: errno)
            close(copy)
            throw error
        }
        defer { closedir(stream) }
        var found: [File] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            var status = stat()
            guard name != ".", name != "..", fstatat(copy, name, &status, AT_SYMLINK_NOFOLLOW) == 0,
                kind == nil || status.st_mode & S_IFMT == kind
            else { continue }
            found.append(File(name: name, size: Int(status.st_size), changed: Int(status.st_mtim.tv_sec)))
        }
        return found
    }

    /// Writes a file under a name that says that it isn't whole; it is on disk on return.
    func write(_ bytes: [UInt8], to name: String) throws(Errno) {
        let file = openat(
            descriptor.rawValue, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode_t(0o600))
        try Self.check(file)
        defer { close(file) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Errno(rawValue: count < 0 ? errno : EIO) }
            rest = rest.dropFirst(count)
        }
        try Self.check(fsync(file))
    }

    /// All of a regular file.
    /// - Parameter limit: bytes; nil when there are more.
    func read(_ name: String, limit: Int) throws(Errno) -> [UInt8]? {
        let file = openat(descriptor.rawValue, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        try Self.check(file)
        defer { close(file) }
        var status = stat()
        try Self.check(fstat(file, &status))
        guard status.st_mode & S_IFMT == S_IFREG, status.st_size <= limit else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(status.st_size))
        while bytes.count <= limit {
            var count = 0
            let chunk = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, initialized in
                count = Glibc.read(file, buffer.baseAddress, buffer.count)
                initialized = max(0, count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Errno(rawValue: errno) }
            if chunk.isEmpty { return bytes }
            bytes += chunk
        }
        return nil
    }

    /// That is on disk on return.
    func rename(_ name: String, to other: String) throws(Errno) {
        try Self.check(renameat(descriptor.rawValue, name, descriptor.rawValue, other))
        try Self.check(fsync(descriptor.rawValue))
    }

    func remove(_ name: String) throws(Errno) {
        if unlinkat(descriptor.rawValue, name, 0) != 0, errno != ENOENT { throw Errno(rawValue: errno) }
    }

    /// One in this, if it is empty.
    func removeFolder(_ name: String) throws(Errno) {
        if unlinkat(descriptor.rawValue, name, AT_REMOVEDIR) != 0, errno != ENOTEMPTY { throw Errno(rawValue: errno) }
    }

    private static func check(_ result: Int32) throws(Errno) {
        if result < 0 { throw Errno(rawValue: errno) }
    }
}
