import Glibc
import TestSupport

/// A `nodespan trace --format json` from its first moment on, with the standard streams that a shell gives it.
struct StartedTracer: ~Copyable {
    private var process: ChildProcess
    private(set) var printed: GatheredOutput

    /// - Parameter redirection: of nodespan's standard streams, as bash(1) takes it.
    init(_ arguments: [String], redirection: String = "", environment: [String: String] = [:]) throws {
        // A test runner may ignore SIGPIPE, which its children inherit.
        process = try ChildProcess(
            [
                "/usr/bin/env", "--default-signal=PIPE", "/bin/bash", "-c", "exec \"$@\" \(redirection)", "bash",
                try Nodespan.path(), "trace", "--format", "json",
            ] + arguments, environment: environment)
        printed = GatheredOutput(of: process)
    }

    /// Nodespan's own: the shell has made way for it.
    var pid: Int32 { process.pid }

    func send(_ signal: CInt) { process.send(signal) }

    /// Lets it run on for a while.
    mutating func run(for time: Duration) {
        let deadline = ContinuousClock.now + time
        while ContinuousClock.now < deadline {
            printed.readOnce(milliseconds: CInt(((deadline - .now) / .milliseconds(1)).rounded(.up)))
        }
    }

    /// Waits until something is true of what it has printed on standard error. Returns false when it ends before that.
    mutating func waitForErrors(where isEnough: (String) -> Bool) -> Bool {
        printed.gather(for: .seconds(20)) { isEnough($0.errorText) }
    }

    mutating func waitUntilTracing() throws(NotTracing) {
        let isTracing = waitForErrors { $0.split(separator: "\n").contains { $0.hasPrefix("tracing ") } }
        guard isTracing else { throw NotTracing(code: process.poll(), errors: printed.errorText) }
    }

    /// Does something again and again until nodespan has ended, 20 seconds at most. Returns its exit status, or nil when it
    /// runs on.
    mutating func waitForEnd(doing action: (borrowing StartedTracer) throws -> Void = { _ in }) rethrows -> Int32? {
        let deadline = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < deadline {
            if let code = process.poll() {
                printed.gather(for: .seconds(5)) { _ in false }
                return code
            }
            try action(self)
            printed.readOnce(milliseconds: 5)
        }
        return nil
    }

    /// Waits for its end as `waitForEnd` does, and returns all that it printed.
    mutating func finish(doing action: (borrowing StartedTracer) throws -> Void = { _ in }) throws -> Trace {
        guard let code = try waitForEnd(doing: action) else {
            throw NotTracing(code: nil, errors: "doesn't end: \(printed.errorText)")
        }
        return try Trace(output: printed.output, errors: printed.errorText, code: code) { _ in true }
    }

    /// Waits for the spans expected, ends it, and returns all that it printed.
    mutating func stop(afterSpans count: Int, signal: CInt = SIGINT) throws -> Trace {
        printed.gather(for: .seconds(5)) { $0.outputLines >= count }
        process.send(signal)
        return try finish()
    }
}
