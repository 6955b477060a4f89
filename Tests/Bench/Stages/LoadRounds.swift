import TestSupport

/// What tracing costs the server and the agent at full speed: rounds of the same load, untraced and traced in turn.
struct LoadRounds {
    private var untraced: [Double] = []
    private var added: [Double] = []
    private var agent: [Double] = []
    private var rates: [Double] = []
    private var memory: [MemoryUse] = []
    private var arming: [Double] = []
    private var disarming: [Double] = []
    private var lost: UInt64 = 0

    init(_ nodespan: String, _ server: borrowing Server, _ request: Request, rounds: Int, seconds: Int) throws {
        _ = try Load(server, request, seconds: 1)
        for _ in 0..<rounds { try add(nodespan, server, request, seconds: seconds) }
    }

    private mutating func add(
        _ nodespan: String, _ server: borrowing Server, _ request: Request, seconds: Int
    ) throws {
        let base = try Self.processorTimePerRequest(server, request, seconds: seconds).microseconds

        let tracer = try Tracer(nodespan, tracing: server.pid)
        let agentBefore = try processorTime(of: tracer.pid)
        let (traced, load) = try Self.processorTimePerRequest(server, request, seconds: seconds)
        // The last few milliseconds of spans wait in the ring still, of some seconds' worth.
        let agentTime = try processorTime(of: tracer.pid) - agentBefore
        memory.append(try MemoryUse(of: tracer.pid))
        arming.append(tracer.armingTime / .milliseconds(1))
        let (summary, disarmingTime) = try tracer.stop()
        guard summary.begun >= load.requests else {
            throw BenchFailure("\(load.requests) requests, but only \(summary.begun) spans began")
        }
        untraced.append(base)
        added.append(traced - base)
        agent.append(agentTime / .microseconds(1) / Double(summary.exported))
        rates.append(Double(load.requests) / Double(load.seconds))
        disarming.append(disarmingTime / .milliseconds(1))
        lost += summary.lost
    }

    private static func processorTimePerRequest(
        _ server: borrowing Server, _ request: Request, seconds: Int
    ) throws -> (microseconds: Double, load: Load) {
        let before = try processorTime(of: server.pid)
        let load = try Load(server, request, seconds: seconds)
        let time = try processorTime(of: server.pid) - before
        return (time / .microseconds(1) / Double(load.requests), load)
    }

    var costs: [Measurement] {
        [
            Measurement("server's CPU time per request, untraced", medianOf: untraced, .microseconds),
            Measurement("what tracing adds to it", medianOf: added, .microseconds, budget: 4),
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
