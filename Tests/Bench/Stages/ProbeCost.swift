import BPFRuntime
import Glibc

/// What the kernel counts and times of the probes themselves under load. Its statistics add some tens of nanoseconds to
/// each run, so nothing else is measured meanwhile.
struct ProbeCost {
    private static let programs = "http_server_"

    private let begun: UInt64
    private let hits: UInt64
    private let steppedHits: UInt64
    private let begin: ProgramRuns.Runs
    private let end: ProgramRuns.Runs

    init(_ nodespan: String, _ server: borrowing Server, seconds: Int) throws {
        let library = try Inspection(nodespan, of: server.executable).programs(of: "net/http server")
        guard !library.isEmpty else { throw BenchFailure("nodespan has no probes for the server") }
        let statistics = try RunStatistics()
        let tracer = try Tracer(nodespan, tracing: server.pid)
        _ = try Load(server, seconds: seconds)
        let runs = try Self.runsAtRest(of: tracer.pid)
        begun = try tracer.stop().summary.begun
        _ = consume statistics
        guard begun > 0 else { throw BenchFailure("no span began") }
        hits = runs.count
        steppedHits = library.filter(\.isStepped).reduce(0) { $0 + runs[$1.name].count }
        begin = runs["http_server_begin"]
        end = runs["http_server_end"]
    }

    /// The runs when they no longer change: a few requests end after the load generator has.
    private static func runsAtRest(of pid: Int32) throws -> ProgramRuns {
        var runs = try ProgramRuns(of: pid, namedWith: programs)
        for _ in 0..<20 {
            poll(nil, 0, 50)
            let later = try ProgramRuns(of: pid, namedWith: programs)
            if later.count == runs.count { return later }
            runs = later
        }
        throw BenchFailure("the server goes on without load")
    }

    var measurements: [Measurement] {
        [
            Measurement("probe hits per HTTP/1 server span", Double(hits) / Double(begun), .count, budget: 2),
            Measurement("of those, single-stepped", Double(steppedHits) / Double(begun), .count, budget: 0),
            Measurement("BPF time at begin", begin.timePerRun, .nanoseconds, budget: 1700),
            Measurement("BPF time at end", end.timePerRun, .nanoseconds, budget: 600),
        ]
    }
}
