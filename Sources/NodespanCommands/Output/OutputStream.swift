import Glibc
import Synchronization
import SystemPackage

/// Writes to a descriptor that may be a file, a terminal or a pipe that nobody reads, without ever hanging for good: once
/// told to give up, it waits no longer than a second for a reader.
final class OutputStream: Sendable {
    private let descriptor: Int32
    private let isFile: Bool
    private let isGivingUp: Atomic<Bool>

    init(_ descriptor: Int32, isPatient: Bool) {
        self.descriptor = descriptor
        isGivingUp = Atomic(!isPatient)
        var status = stat()
        isFile = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    func giveUpSoon() {
        isGivingUp.store(true, ordering: .relaxed)
    }

    /// Writes all bytes, or as many as go: the reader may have gone, the disk be full, or nobody read any more.
    func write(_ bytes: RawSpan) -> (written: Int, failure: Errno?) {
        var written = 0
        while written < bytes.byteCount {
            // A pipe with room for PIPE_BUF bytes takes that many without blocking (pipe(7)).
            let left = bytes.byteCount - written
            let count = isFile ? left : min(left, Int(PIPE_BUF))
            if !isFile, !hasRoom() { return (written, .timedOut) }
            let result = bytes.extracting(written..<written + count).withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress, count)
            }
            if result >= 0 {
                written += result
            } else if errno != EINTR, errno != EAGAIN {
                return (written, Errno(rawValue: errno))
            }
        }
        return (written, nil)
    }

    private func hasRoom() -> Bool {
        var waited = 0
        while waited < 10 {
            var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            if Glibc.poll(&poll, 1, 100) > 0 { return true }
            waited = isGivingUp.load(ordering: .relaxed) ? waited + 1 : 0
        }
        return false
    }
}
