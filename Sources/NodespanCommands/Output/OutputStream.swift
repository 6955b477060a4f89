import Glibc
import Synchronization
import SystemPackage

/// Writes to a descriptor that may be a file, a terminal or a pipe that nobody reads, without ever hanging for good: once
/// told to give up, it waits no longer than a second for a reader.
final class OutputStream: Sendable {
    private let descriptor: Int32
    private let isFile: Bool
    private let isGivingUp = Atomic(false)

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        var status = stat()
        isFile = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    func giveUpSoon() {
        isGivingUp.store(true, ordering: .relaxed)
    }

    /// Writes all bytes, or throws: the reader has gone, the disk is full, nobody reads any more.
    func write(_ bytes: RawSpan) throws(Errno) {
        var rest = bytes
        while !rest.isEmpty {
            // A pipe with room for PIPE_BUF bytes takes that many without blocking (pipe(7)).
            let count = isFile ? rest.byteCount : min(rest.byteCount, Int(PIPE_BUF))
            if !isFile { try waitForRoom() }
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, count) }
            if written < 0 {
                if errno == EINTR || errno == EAGAIN { continue }
                throw Errno(rawValue: errno)
            }
            rest = rest.extracting(droppingFirst: written)
        }
    }

    private func waitForRoom() throws(Errno) {
        var waited = 0
        while true {
            var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            if Glibc.poll(&poll, 1, 100) > 0 { return }
            guard isGivingUp.load(ordering: .relaxed) else { continue }
            waited += 1
            if waited == 10 { throw .timedOut }
        }
    }
}
