internal import CLinux
internal import Glibc
internal import Synchronization
package import SystemPackage

/// Writes to a descriptor that may be a file, a terminal or a pipe that nobody reads, without hanging for good: once told to
/// come to an end, it waits a second for a reader that has stopped, and ten for one that is slow.
package final class OutputStream: Sendable {
    private static let stall = Duration.seconds(1)
    private static let ending = Duration.seconds(10)

    private let descriptor: Int32
    /// A descriptor of its own, to be closed.
    private let isOwned: Bool
    private let isFile: Bool
    /// When to give up, whatever the reader does; nil to wait for it as long as it takes.
    private let deadline: Mutex<ContinuousClock.Instant?>

    package init(_ descriptor: Int32) {
        var status = stat()
        isFile = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        // A terminal takes a line at most without blocking, however long it says that it can be written to. It is not
        // this process's alone, so that it can't simply be set not to block.
        let own = isatty(descriptor) == 1 ? open("/proc/self/fd/\(descriptor)", Self.terminalFlags) : -1
        self.descriptor = own < 0 ? descriptor : own
        isOwned = own >= 0
        deadline = Mutex(nil)
    }

    deinit {
        if isOwned { close(descriptor) }
    }

    /// From now on readers are waited for a little only.
    package func comeToAnEnd() {
        deadline.withLock { $0 = $0 ?? .now + Self.ending }
    }

    /// Writes all bytes, or as many as go: the reader may have gone, the disk be full, or nobody read any more.
    /// - Parameter isWanted: asked while it waits for the reader; once it isn't, `timedOut` is the failure.
    package func write(_ bytes: RawSpan, while isWanted: () -> Bool = { true }) -> (written: Int, failure: Errno?) {
        var written = 0
        var lastProgress = ContinuousClock.now
        while written < bytes.byteCount {
            if !isFile, !hasRoom(since: lastProgress, isWanted) { return (written, .timedOut) }
            // A pipe with room for PIPE_BUF bytes takes that many without blocking (pipe(7)).
            let left = bytes.byteCount - written
            let count = isFile ? left : min(left, Int(PIPE_BUF))
            let result = bytes.extracting(written..<written + count).withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress, count)
            }
            if result > 0 {
                written += result
                lastProgress = .now
            } else if result < 0, errno != EINTR, errno != EAGAIN {
                return (written, Errno(rawValue: errno))
            } else if result < 0, errno == EAGAIN {
                // Writable, it said, and wasn't: a terminal that was stopped.
                poll(nil, 0, 10)
                if !isWanted() || hasToGiveUp(since: lastProgress) { return (written, .timedOut) }
            }
        }
        return (written, nil)
    }

    private func hasRoom(since lastProgress: ContinuousClock.Instant, _ isWanted: () -> Bool) -> Bool {
        while isWanted(), !hasToGiveUp(since: lastProgress) {
            var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            if Glibc.poll(&poll, 1, 100) > 0 { return true }
        }
        return false
    }

    private func hasToGiveUp(since lastProgress: ContinuousClock.Instant) -> Bool {
        guard let deadline = deadline.withLock({ $0 }) else { return false }
        let now = ContinuousClock.now
        return now > deadline || now - lastProgress > Self.stall
    }

    private static var terminalFlags: Int32 { O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC }
}
