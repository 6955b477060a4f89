import Glibc

/// A file descriptor that is closed when its owner goes.
struct OwnedDescriptor: ~Copyable, Sendable {
    let number: Int32

    init(owning number: Int32) {
        self.number = number
    }

    /// Opens with O_CLOEXEC added.
    init(opening path: String, _ flags: Int32, mode: mode_t = 0) throws(BPFError) {
        number = open(path, flags | O_CLOEXEC, mode)
        if number < 0 { throw BPFError("open", on: path, code: errno) }
    }

    deinit {
        close(number)
    }

    /// Leaves it open to the end of the process.
    consuming func leaveOpen() {
        discard self
    }

    /// A second descriptor of the same thing.
    static func duplicate(of number: Int32, for subject: String) throws(BPFError) -> OwnedDescriptor {
        let copy = fcntl(number, F_DUPFD_CLOEXEC, 0)
        if copy < 0 { throw BPFError("duplicate the descriptor of", on: subject, code: errno) }
        return OwnedDescriptor(owning: copy)
    }

    /// Up to `count` bytes at `offset`; fewer at the end of the file, nil when the place can't be read.
    func bytes(at offset: UInt64, count: Int) -> [UInt8]? {
        guard let position = off_t(exactly: offset) else { return nil }
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            let length = pread(number, buffer.baseAddress, count, position)
            failed = length < 0
            initialized = max(0, length)
        }
        return failed ? nil : bytes
    }

    /// All bytes from the current position to the end, at most `limit`.
    func remainder(of subject: String, limit: Int) throws(BPFError) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < limit {
            var code: Int32 = 0
            let chunk = [UInt8](unsafeUninitializedCapacity: min(65536, limit - bytes.count)) { buffer, initialized in
                let length = read(number, buffer.baseAddress, buffer.count)
                if length < 0 { code = errno }
                initialized = max(0, length)
            }
            if code == EINTR || code == EAGAIN { continue }
            if code != 0 { throw BPFError("read", on: subject, code: code) }
            if chunk.isEmpty { break }
            bytes += chunk
        }
        return bytes
    }
}
