internal import CLinux
internal import Glibc
internal import SystemPackage

/// The file of a `SpanFile`. All calls may block.
///
/// It is this process's alone as long as it is open, so that what was written in part can be taken back. A symbolic link is
/// not followed: nodespan runs as root, and whoever may write to the folder could have it write anywhere.
struct SpanLog: ~Copyable {
    private let file: SpanFile
    /// Less than 0 while closed.
    private var descriptor: Int32 = -1
    /// What somebody else, or a process that was killed, wrote last is no whole line.
    private var endsInLine = false

    init(_ file: SpanFile) {
        self.file = file
    }

    deinit {
        if descriptor >= 0 { Glibc.close(descriptor) }
    }

    /// Appends a line, whole or not at all.
    /// - Parameter line: without a line feed.
    mutating func append(_ line: [UInt8]) throws(SpanLogError) {
        var size = try openCurrent()
        if size > 0, size + line.count + 1 > file.size {
            try setAside()
            size = try openCurrent()
        }
        let bytes = (endsInLine ? [UInt8(ascii: "\n")] : []) + line + [UInt8(ascii: "\n")]
        do throws(SpanLogError) {
            try write(bytes)
            endsInLine = false
        } catch {
            // When that fails too, opening it again shows how it ends.
            if ftruncate(descriptor, size) != 0 { close() }
            throw error
        }
    }

    mutating func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

    private func write(_ bytes: [UInt8]) throws(SpanLogError) {
        var written = 0
        while written < bytes.count {
            let result = bytes.span.bytes.extracting(written...).withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if result > 0 {
                written += result
            } else if result == 0 || errno != EINTR {
                throw failure()
            }
        }
    }

    /// Opens the file, unless the one that is open still has its name. Returns its size.
    private mutating func openCurrent() throws(SpanLogError) -> Int {
        if descriptor >= 0 {
            var named = stat()
            var own = stat()
            if lstat(file.path, &named) == 0, fstat(descriptor, &own) == 0, named.st_dev == own.st_dev,
                named.st_ino == own.st_ino
            {
                return own.st_size
            }
            close()
        }
        // Not to wait for the reader of a pipe, and not to have a terminal of one's own.
        let flags = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
        descriptor = open(file.path, flags, 0o640)
        guard descriptor >= 0 else { throw errno == ELOOP || errno == ENXIO ? notRegular : failure() }
        do throws(SpanLogError) {
            return try inspect()
        } catch {
            close()
            throw error
        }
    }

    private mutating func inspect() throws(SpanLogError) -> Int {
        var own = stat()
        guard fstat(descriptor, &own) == 0 else { throw failure() }
        guard own.st_mode & S_IFMT == S_IFREG else { throw notRegular }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw errno == EWOULDBLOCK ? SpanLogError(path: file.path, reason: "somebody else writes to it") : failure()
        }
        var last: UInt8 = 0
        let count = own.st_size > 0 ? pread(descriptor, &last, 1, own.st_size - 1) : 0
        guard count >= 0 else { throw failure() }
        endsInLine = count > 0 && last != UInt8(ascii: "\n")
        return own.st_size
    }

    /// Gives the file the name PATH.1, and those before it the next one each, as far as there is no gap. Only the last that
    /// is kept goes.
    private mutating func setAside() throws(SpanLogError) {
        guard file.kept > 0 else {
            guard unlink(file.path) == 0 else { throw failure() }
            return close()
        }
        var found = stat()
        var number = 1
        while number < file.kept, lstat("\(file.path).\(number)", &found) == 0 { number += 1 }
        while number > 1 {
            try rename("\(file.path).\(number - 1)", to: "\(file.path).\(number)")
            number -= 1
        }
        try rename(file.path, to: "\(file.path).1")
        close()
    }

    private func rename(_ old: String, to new: String) throws(SpanLogError) {
        guard Glibc.rename(old, new) == 0 else { throw failure(new) }
    }

    /// Of the call before.
    private func failure(_ path: String? = nil) -> SpanLogError {
        SpanLogError(path: path ?? file.path, reason: "\(Errno(rawValue: errno))".lowercased())
    }

    private var notRegular: SpanLogError {
        SpanLogError(path: file.path, reason: "not a regular file; links are not followed")
    }
}

/// Why nothing could be written.
struct SpanLogError: Error, Hashable, CustomStringConvertible {
    var path: String
    var reason: String

    var description: String { "\(path): \(reason)" }
}
