import Glibc
import TestSupport

/// A running `nodespan trace --format json`.
struct Tracer: ~Copyable {
    private var process: ChildProcess
    private(set) var printed: GatheredOutput

    /// Starts it, and returns once it says that it traces.
    init(_ arguments: [String], environment: [String: String] = [:]) throws {
        var child = try ChildProcess(
            [try Nodespan.path(), "trace", "--format", "json"] + arguments, environment: environment)
        var printed = GatheredOutput(of: child)
        let isTracing = printed.gather(for: .seconds(20)) {
            $0.errorText.split(separator: "\n").contains { $0.hasPrefix("tracing ") }
        }
        guard isTracing else { throw NotTracing(code: child.poll(), errors: printed.errorText) }
        process = child
        self.printed = printed
    }

    var pid: Int32 { process.pid }

    /// Runs a load generator to its end while reading what the tracer prints.
    mutating func run(_ arguments: [String]) throws -> Command {
        var load = try ChildProcess(arguments)
        var loadPrinted = GatheredOutput(of: load)
        while !loadPrinted.isComplete {
            loadPrinted.readOnce(milliseconds: 1)
            printed.readOnce(milliseconds: 0)
        }
        return Command(code: load.wait(), output: loadPrinted.outputText, errors: loadPrinted.errorText)
    }

    /// Waits until a number of spans have been printed, five seconds at most.
    mutating func waitForSpans(_ count: Int) {
        printed.gather(for: .seconds(5)) { $0.outputLines >= count }
    }

    /// Waits until no span has been printed for half a second, five times as long as the agent ever waits for more.
    mutating func waitForRest() {
        var lines = -1
        while lines != printed.outputLines {
            lines = printed.outputLines
            printed.gather(for: .milliseconds(500)) { $0.outputLines > lines }
        }
    }

    /// Reads what it prints for a while.
    mutating func read(for time: Duration) {
        printed.gather(for: time) { _ in false }
    }

    mutating func gather(for limit: Duration, until isEnough: (borrowing GatheredOutput) -> Bool) -> Bool {
        printed.gather(for: limit, until: isEnough)
    }

    /// Waits for the spans expected, ends the tracer with a signal, and returns all that it printed.
    mutating func stop(
        afterSpans count: Int, signal: CInt = SIGINT, decoding isWanted: (Int) -> Bool = { _ in true }
    ) throws -> Trace {
        waitForSpans(count)
        process.send(signal)
        return try finish(decoding: isWanted)
    }

    /// Waits for the tracer to end by itself, and returns all that it printed.
    mutating func finish(decoding isWanted: (Int) -> Bool = { _ in true }) throws -> Trace {
        printed.gather(for: .seconds(20)) { _ in false }
        guard printed.isComplete else { throw NotTracing(code: nil, errors: "doesn't end: \(printed.errorText)") }
        return try Trace(output: printed.output, errors: printed.errorText, code: process.wait(), decoding: isWanted)
    }

    /// Ends it as the kernel's memory killer would.
    mutating func kill() {
        process.kill()
        _ = process.wait()
    }
}

struct NotTracing: Error, CustomStringConvertible {
    var code: Int32?
    var errors: String

    var description: String { "nodespan \(code.map { "ended with \($0)" } ?? "runs on"): \(errors)" }
}
