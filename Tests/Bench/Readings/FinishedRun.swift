import Glibc
import TestSupport

/// What a program used from its start to its end, as the kernel accounted for it.
struct FinishedRun {
    let processorTime: Duration
    /// The most memory it had resident at once, bytes. The kernel starts a child's account at its parent's, so anything
    /// not above this process's own peak is unknown: nil.
    let peakResident: Int?

    /// Runs `arguments[0]`, an absolute path, with its output thrown away. Fails when its status isn't zero.
    init(_ arguments: [String]) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        var argv = arguments.map { strdup($0) } + [nil]
        defer { for argument in argv { free(argument) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, arguments[0], &actions, nil, &argv, environ)
        guard code == 0 else { throw SystemCallFailure("posix_spawn", arguments[0], code: code) }

        var status: CInt = 0
        var usage = rusage()
        while wait4(pid, &status, 0, &usage) < 0 {
            guard errno == EINTR else { throw SystemCallFailure("wait4", arguments[0]) }
        }
        guard status == 0 else { throw BenchFailure("\(arguments.joined(separator: " ")) failed") }
        processorTime = Self.duration(usage.ru_utime) + Self.duration(usage.ru_stime)
        let own = FieldFile(try readFile("/proc/self/status"))["VmHWM"] ?? 0
        peakResident = usage.ru_maxrss > own ? usage.ru_maxrss << 10 : nil
    }

    private static func duration(_ time: timeval) -> Duration {
        .seconds(time.tv_sec) + .microseconds(Int(time.tv_usec))
    }
}
