import Glibc
import TestSupport

/// A running `nodespan run` that traces all programs of a folder, and exports to a collector.
struct NodeAgent: ~Copyable {
    /// From before the last start of a program to the agent's word that it is traced.
    private(set) var armingTime = Duration.zero
    private var process: ChildProcess
    private var printed: GatheredOutput

    init(_ nodespan: String, tracing folder: String, exportingTo collector: String) throws {
        let configuration = "\(folder)/nodespan.yaml"
        let text = """
            apiVersion: nodespan/v1
            rules: [{match: {executable: "\(folder)/*"}}]
            destinations: [{name: near, endpoint: "\(collector)"}]
            policy: {injection: none}
            """
        try writeFile(configuration, Array(text.utf8))
        let process = try ChildProcess([nodespan, "run", "--config", configuration])
        var printed = GatheredOutput(of: process)
        let isTracing = printed.gather(for: .seconds(20)) { $0.errorText.contains("tracing by ") }
        guard isTracing else { throw BenchFailure("no agent: \(printed.errorText)") }
        self.process = process
        self.printed = printed
    }

    var pid: Int32 { process.pid }

    /// Starts a program, and returns once it is traced.
    mutating func start(_ binary: String) throws -> ChildProcess {
        printed.forget()
        let start = ContinuousClock.now
        let program = try ChildProcess([binary])
        let isTraced = printed.gather(for: .seconds(20)) { $0.errorText.contains("(pid \(program.pid), ") }
        guard isTraced else { throw BenchFailure("not traced: \(printed.errorText)") }
        armingTime = ContinuousClock.now - start
        return program
    }

    /// Ends it. Returns how long that took.
    consuming func stop() throws -> Duration {
        let start = ContinuousClock.now
        process.send(SIGTERM)
        guard process.wait() == 0 else { throw BenchFailure("the agent fails: \(printed.errorText)") }
        return ContinuousClock.now - start
    }
}
