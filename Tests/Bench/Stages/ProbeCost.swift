import BPFRuntime
import Glibc

/// What the kernel counts and times of the probes themselves under load. Its statistics add some tens of nanoseconds to
/// each run, so nothing else is measured meanwhile.
struct ProbeCost {
    private static let programs = "http_server_"

    private let begun: UInt64
    private let hits: UInt64
    private let steppedHits: UInt64
    /// Nanoseconds a run, by round.
    private var begin: [Double] = []
    private var end: [Double] = []

    init(_ nodespan: String, _ server: borrowing Server, _ request: Request, rounds: Int, seconds: Int) throws {
        let library = try Inspection(nodespan, of: server.executable).programs(of: "net/http server")
        guard !library.isEmpty else { throw BenchFailure("nodespan has no probes for the server") }
        let statistics = try RunStatistics()
        let tracer = try Tracer(nodespan, tracing: server.pid)
        var runs = try ProgramRuns(of: tracer.pid, namedWith: Self.programs)
        for _ in 0..<rounds {
            _ = try Load(server, request, seconds: seconds)
            let later = try Self.runsAtRest(of: tracer.pid)
            begin.append(later["http_server_begin"].timePerRun(since: runs["http_server_begin"]))
            end.append(later["http_server_end"].timePerRun(since: runs["http_server_end"]))
            runs = later
        }
        begun = try tracer.stop().summary.begun
        _ = consume statistics
        guard begun > 0 else { throw BenchFailure("no span began") }
        hits = runs.count
        steppedHits = library.filter(\.isStepped).reduce(0) { $0 + runs[$1.name].count }
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
            Measurement("probe hits per span", Double(hits) / Double(begun), .count, budget: 2),
            Measurement("of those, single-stepped", Double(steppedHits) / Double(begun), .count, budget: 0),
            Measurement("BPF time at begin", medianOf: begin, .nanoseconds, budget: 1700),
            Measurement("BPF time at end", medianOf: end, .nanoseconds, budget: 600),
        ]
    }
}
