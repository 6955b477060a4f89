import Glibc

/// A program run to its end.
package struct Command: Sendable {
    /// Exit status, or 128 plus the number of the signal that ended it.
    package let code: Int32
    package let output: String
    package let errors: String

    /// Runs `arguments[0]`, an absolute path, and gathers what it prints.
    package static func run(
        _ arguments: [String], environment: [String: String] = [:]
    ) throws(SystemCallFailure) -> Command {
        var child = try ChildProcess(arguments, environment: environment)
        var texts: [[UInt8]] = [[], []]
        var polled = [
            pollfd(fd: child.standardOutput, events: Int16(POLLIN), revents: 0),
            pollfd(fd: child.standardError, events: Int16(POLLIN), revents: 0),
        ]
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while polled.contains(where: { $0.fd >= 0 }) {
            guard Glibc.poll(&polled, nfds_t(polled.count), -1) >= 0 || errno == EINTR else {
                throw SystemCallFailure("poll", arguments[0])
            }
            for index in polled.indices where polled[index].fd >= 0 && polled[index].revents != 0 {
                let count = read(polled[index].fd, &chunk, chunk.count)
                if count > 0 { texts[index].append(contentsOf: chunk[..<count]) } else { polled[index].fd = -1 }
            }
        }
        return Command(
            code: child.wait(), output: String(decoding: texts[0], as: UTF8.self),
            errors: String(decoding: texts[1], as: UTF8.self))
    }
}
