import Glibc
import TestSupport

/// What a program used from its start to its end, as the kernel accounted for it.
struct FinishedRun {
    let processorTime: Duration
    /// The most memory it had resident at once, bytes.
    let peakResident: Int

    /// Runs `arguments[0]`, an absolute path, with its output thrown away. Fails when its status isn't zero.
    ///
    /// It is started by time(1): the kernel begins a child's account of memory at its parent's peak, and that of time is small.
    init(_ arguments: [String]) throws {
        let folder = try TemporaryFolder()
        let report = "\(folder.path)/peak"
        let timed = ["/usr/bin/time", "-q", "-f", "%M", "-o", report] + arguments
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        var argv = timed.map { strdup($0) } + [nil]
        defer { for argument in argv { free(argument) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, timed[0], &actions, nil, &argv, environ)
        guard code == 0 else { throw SystemCallFailure("posix_spawn", timed[0], code: code) }

        var status: CInt = 0
        var usage = rusage()
        while wait4(pid, &status, 0, &usage) < 0 {
            guard errno == EINTR else { throw SystemCallFailure("wait4", arguments[0]) }
        }
        guard status == 0 else { throw BenchFailure("\(arguments.joined(separator: " ")) failed") }
        processorTime = Self.duration(usage.ru_utime) + Self.duration(usage.ru_stime)
        guard
            let kilobytes = Int(String(decoding: try readFile(report), as: UTF8.self).split(separator: "\n").last ?? "")
        else { throw BenchFailure("time(1) reported no peak of memory") }
        peakResident = kilobytes << 10
    }

    private static func duration(_ time: timeval) -> Duration {
        .seconds(time.tv_sec) + .microseconds(Int(time.tv_usec))
    }
}
