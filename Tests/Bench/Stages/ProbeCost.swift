import BPFRuntime
import Glibc

/// What the kernel counts and times of the probes themselves under load. Its statistics add some tens of nanoseconds to
/// each run, so nothing else is measured meanwhile.
struct ProbeCost {
    private let budget: Subject.Budget
    private let begun: UInt64
    private let hits: UInt64
    private let steppedHits: UInt64
    /// Nanoseconds a run, by round.
    private var begin: [Double] = []
    private var end: [Double] = []

    init(_ nodespan: String, _ subject: Subject, rounds: Int, seconds: Int) throws {
        let stepped = try Inspection(nodespan, of: subject.executable).steppedPrograms
        let statistics = try RunStatistics()
        let tracer = try Tracer(nodespan, tracing: subject.pid)
        var runs = try ProgramRuns(of: tracer.pid)
        for _ in 0..<rounds {
            _ = try subject.load(seconds)
            let later = try Self.runsAtRest(of: tracer.pid)
            begin.append(later[subject.begin].timePerRun(since: runs[subject.begin]))
            end.append(later[subject.end].timePerRun(since: runs[subject.end]))
            runs = later
        }
        begun = try tracer.stop().summary.begun
        _ = consume statistics
        guard begun > 0 else { throw BenchFailure("no span began") }
        hits = runs.count
        steppedHits = stepped.reduce(0) { $0 + runs[$1].count }
        budget = subject.budget
    }

    /// The runs when they no longer change: a few requests end after the load generator has.
    private static func runsAtRest(of pid: Int32) throws -> ProgramRuns {
        var runs = try ProgramRuns(of: pid)
        for _ in 0..<20 {
            poll(nil, 0, 50)
            let later = try ProgramRuns(of: pid)
            if later.count == runs.count { return later }
            runs = later
        }
        throw BenchFailure("the program goes on without load")
    }

    var measurements: [Measurement] {
        [
            Measurement("probe hits per span", Double(hits) / Double(begun), .count, budget: budget.hits),
            Measurement("of those, single-stepped", Double(steppedHits) / Double(begun), .count, budget: 0),
            Measurement("BPF time at begin", medianOf: begin, .nanoseconds, budget: budget.begin),
            Measurement("BPF time at end", medianOf: end, .nanoseconds, budget: budget.end),
        ]
    }
}
