import BPFRuntime
import CBPF
import Glibc

/// Starts a program and sees whether BPF tells of its start and its end.
struct LaunchTrial {
    private static let attempts = 5

    /// What was told of it by its end.
    static func run(
        _ arguments: [String], with watch: borrowing ProcessWatch
    ) async throws(BPFError) -> (start: Bool, end: Bool) {
        var told = (start: false, end: false)
        // What another thread of this process starts meanwhile is taken for the program, and may go on for long.
        for _ in 0..<attempts where !told.end {
            told = try await runOnce(arguments, with: watch)
        }
        return told
    }

    private static func runOnce(
        _ arguments: [String], with watch: borrowing ProcessWatch
    ) async throws(BPFError) -> (start: Bool, end: Bool) {
        let (stream, continuation) = AsyncStream.makeStream(
            of: ns_process_event.self, bufferingPolicy: .bufferingNewest(16))
        let reader = try watch.events { continuation.yield($0) }
        try watch.awaitLaunch(with: ns_process_settings())
        let pid = try start(arguments)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        try watch.cancelLaunch()
        // Whatever the kernel has told of a process that has been waited for is in the ring, and is handed over first.
        reader.stop()
        continuation.finish()
        var told = (start: false, end: false)
        for await event in stream {
            switch ns_process_event_kind(event.kind) {
            case NS_PROCESS_LAUNCHED: told.start = true
            case NS_PROCESS_EXITED: told.end = true
            default: break
            }
        }
        return told
    }

    private static func start(_ arguments: [String]) throws(BPFError) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in STDIN_FILENO...STDERR_FILENO {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        var texts = arguments.map { strdup($0) } + [nil]
        defer { for text in texts { free(text) } }
        var pid = pid_t()
        let code = posix_spawn(&pid, arguments.first ?? "", &actions, nil, &texts, environ)
        if code != 0 { throw BPFError("start", on: arguments.first ?? "", code: code) }
        return pid
    }
}
