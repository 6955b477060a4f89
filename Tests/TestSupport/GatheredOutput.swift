import Glibc

/// What a running child has printed so far. Reading is by poll, so that neither pipe fills while a test waits on the other.
package struct GatheredOutput: Sendable {
    package private(set) var output: [UInt8] = []
    package private(set) var errors: [UInt8] = []
    /// Complete lines on standard output.
    package private(set) var outputLines = 0
    private var polled: [pollfd]

    package init(of child: borrowing ChildProcess) {
        polled = [
            pollfd(fd: child.standardOutput, events: Int16(POLLIN), revents: 0),
            pollfd(fd: child.standardError, events: Int16(POLLIN), revents: 0),
        ]
        // F_SETPIPE_SZ, which Swift's Glibc doesn't show.
        for end in polled { _ = fcntl(end.fd, 1031, 1 << 20) }
    }

    package var outputText: String { String(decoding: output, as: UTF8.self) }
    package var errorText: String { String(decoding: errors, as: UTF8.self) }
    /// Both pipes are at their end.
    package var isComplete: Bool { polled.allSatisfy { $0.fd < 0 } }

    /// Drops what has been read so far.
    package mutating func forget() {
        output = []
        errors = []
        outputLines = 0
    }

    /// Reads until `isEnough` is true, both pipes are at their end, or time is up. Returns whether it was enough.
    @discardableResult
    package mutating func gather(
        for limit: Duration, until isEnough: (borrowing GatheredOutput) throws -> Bool
    ) rethrows -> Bool {
        let deadline = ContinuousClock.now + limit
        while try !isEnough(self) {
            let left = (deadline - .now) / .milliseconds(1)
            guard left > 0, !isComplete else { return false }
            readOnce(milliseconds: CInt(left.rounded(.up)))
        }
        return true
    }

    /// Reads what comes first on either pipe, or nothing when the time is up.
    package mutating func readOnce(milliseconds: CInt) {
        guard poll(&polled, nfds_t(polled.count), milliseconds) > 0 else { return }
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        for index in polled.indices where polled[index].fd >= 0 && polled[index].revents != 0 {
            let count = read(polled[index].fd, &chunk, chunk.count)
            guard count > 0 else {
                polled[index].fd = -1
                continue
            }
            if index == 0 {
                output += chunk[..<count]
                outputLines += chunk[..<count].count { $0 == UInt8(ascii: "\n") }
            } else {
                errors += chunk[..<count]
            }
        }
    }
}
