import TestSupport

/// What tracing costs the program and the agent at full speed: rounds of the same load, untraced and traced in turn.
struct LoadRounds {
    private let budget: Subject.Budget
    private var untraced: [Double] = []
    private var added: [Double] = []
    private var agent: [Double] = []
    private var rates: [Double] = []
    private var memory: [MemoryUse] = []
    private var arming: [Double] = []
    private var disarming: [Double] = []
    private var lost: UInt64 = 0

    init(_ nodespan: String, _ subject: Subject, rounds: Int, seconds: Int) throws {
        budget = subject.budget
        _ = try subject.load(1)
        for _ in 0..<rounds { try add(nodespan, subject, seconds: seconds) }
    }

    private mutating func add(_ nodespan: String, _ subject: Subject, seconds: Int) throws {
        let base = try Self.processorTimePerRequest(subject, seconds: seconds).microseconds

        let tracer = try Tracer(nodespan, tracing: subject.pid)
        let agentBefore = try processorTime(of: tracer.pid)
        let (traced, requests) = try Self.processorTimePerRequest(subject, seconds: seconds)
        // The last few milliseconds of spans wait in the ring still, of some seconds' worth.
        let agentTime = try processorTime(of: tracer.pid) - agentBefore
        memory.append(try MemoryUse(of: tracer.pid))
        arming.append(tracer.armingTime / .milliseconds(1))
        let (summary, disarmingTime) = try tracer.stop()
        guard summary.begun >= requests else {
            throw BenchFailure("\(requests) requests, but only \(summary.begun) spans began")
        }
        untraced.append(base)
        added.append(traced - base)
        agent.append(agentTime / .microseconds(1) / Double(summary.exported))
        rates.append(Double(requests) / Double(seconds))
        disarming.append(disarmingTime / .milliseconds(1))
        lost += summary.lost
    }

    private static func processorTimePerRequest(
        _ subject: Subject, seconds: Int
    ) throws -> (microseconds: Double, requests: Int) {
        let before = try processorTime(of: subject.pid)
        let requests = try subject.load(seconds)
        let time = try processorTime(of: subject.pid) - before
        return (time / .microseconds(1) / Double(requests), requests)
    }

    var costs: [Measurement] {
        [
            Measurement("CPU time per request, untraced", medianOf: untraced, .microseconds),
            Measurement("what tracing adds to it", medianOf: added, .microseconds, budget: budget.added),
            Measurement("traced requests", medianOf: rates, .perSecond),
            Measurement("spans lost, all rounds", Double(lost), .count, budget: 0),
            Measurement("agent's CPU time per span, to JSON", medianOf: agent, .microseconds, budget: 10),
        ]
    }

    var footprint: [Measurement] {
        [
            megabytes("anonymous memory", \.anonymous, budget: 20),
            megabytes("resident memory", \.resident, budget: 50),
            megabytes("BPF maps", \.maps, budget: 32),
            Measurement("start of `trace --pid` to armed", medianOf: arming, .milliseconds),
            Measurement("SIGTERM to disarmed and ended", medianOf: disarming, .milliseconds),
        ]
    }

    private func megabytes(_ name: String, _ part: KeyPath<MemoryUse, Int>, budget: Double) -> Measurement {
        let values = memory.map { Double($0[keyPath: part]) / Double(1 << 20) }
        return Measurement(name, medianOf: values, .megabytes, budget: budget)
    }
}
