import Glibc
import Synchronization

/// Whoever comes to it while it is closed waits.
final class Barrier: Sendable {
    private let ends: (reading: CInt, writing: CInt)
    private let isClosed: Mutex<Bool>

    init(isClosed: Bool) {
        var ends: [CInt] = [-1, -1]
        pipe(&ends)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        self.ends = (ends[0], ends[1])
        self.isClosed = Mutex(isClosed)
    }

    deinit {
        close(ends.reading)
        close(ends.writing)
    }

    /// For one who waits.
    func pass() {
        var byte: UInt8 = 0
        if isClosed.withLock({ $0 }) { read(ends.reading, &byte, 1) }
    }

    func open() {
        isClosed.withLock { $0 = false }
        write(ends.writing, "x", 1)
    }
}
