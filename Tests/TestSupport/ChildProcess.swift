import Glibc
import Synchronization

/// A program started by a test, with its standard output and error on pipes. Killed and reaped when dropped.
package struct ChildProcess: ~Copyable {
    package let pid: Int32
    package let standardOutput: CInt
    package let standardError: CInt
    private var status: CInt?

    /// Starts `arguments[0]`, an absolute path, with the test's own environment plus `environment`.
    package init(_ arguments: [String], environment: [String: String] = [:]) throws(SystemCallFailure) {
        let started = spawning.withLock { _ in Self.start(arguments, environment) }
        (pid, standardOutput, standardError) = try started.get()
    }

    private static func start(
        _ arguments: [String], _ environment: [String: String]
    ) -> Result<(Int32, CInt, CInt), SystemCallFailure> {
        var output: [CInt] = [-1, -1]
        var error: [CInt] = [-1, -1]
        guard pipe(&output) == 0, pipe(&error) == 0 else { return .failure(SystemCallFailure("pipe", arguments[0])) }
        for end in output + error { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output[1], 1)
        posix_spawn_file_actions_adddup2(&actions, error[1], 2)

        var argv = arguments.map { strdup($0) } + [nil]
        var envp = Self.environment(adding: environment).map { strdup($0) } + [nil]
        var pid: pid_t = 0
        let code = posix_spawn(&pid, arguments[0], &actions, nil, &argv, &envp)
        for text in argv + envp { free(text) }
        posix_spawn_file_actions_destroy(&actions)
        close(output[1])
        close(error[1])
        guard code == 0 else {
            close(output[0])
            close(error[0])
            return .failure(SystemCallFailure("posix_spawn", arguments[0], code: code))
        }
        return .success((pid, output[0], error[0]))
    }

    deinit {
        if status == nil {
            Glibc.kill(pid, SIGKILL)
            var ignored: CInt = 0
            waitpid(pid, &ignored, 0)
        }
        close(standardOutput)
        close(standardError)
    }

    package func send(_ signal: CInt) {
        if status == nil { Glibc.kill(pid, signal) }
    }

    package func kill() {
        send(SIGKILL)
    }

    /// Waits for the end: the exit status, or 128 plus the number of the signal that ended it.
    package mutating func wait() -> Int32 {
        if status == nil {
            var raw: CInt = 0
            while waitpid(pid, &raw, 0) < 0, errno == EINTR {}
            status = raw
        }
        return Self.code(status ?? 0)
    }

    /// The status as `wait` gives it when the end has come, else nil.
    package mutating func poll() -> Int32? {
        if status == nil {
            var raw: CInt = 0
            guard waitpid(pid, &raw, WNOHANG) == pid else { return nil }
            status = raw
        }
        return status.map(Self.code)
    }

    private static func code(_ status: CInt) -> Int32 {
        status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
    }

    private static func environment(adding extra: [String: String]) -> [String] {
        var result = extra.map { "\($0)=\($1)" }
        var entry = environ
        while let text = entry.pointee {
            let variable = String(cString: text)
            let name = variable.prefix { $0 != "=" }
            if extra[String(name)] == nil { result.append(variable) }
            entry = entry.successor()
        }
        return result
    }
}

/// Held while pipes exist that a child started by another thread could inherit, which would hide their end of file.
private let spawning = Mutex(())
