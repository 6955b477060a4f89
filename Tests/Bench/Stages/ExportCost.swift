import TestSupport

/// What export by OTLP costs the agent besides printing, under the same load: rounds with a collector that takes everything.
struct ExportCost {
    private var agent: [Double] = []
    private var anonymous: [Double] = []
    private var resident: [Double] = []
    private var unexported: UInt64 = 0

    init(_ nodespan: String, _ subject: Subject, rounds: Int, seconds: Int) throws {
        let collector = try Collector(reads: .nothing)
        for _ in 0..<rounds {
            let tracer = try Tracer(nodespan, tracing: subject.pid, exportingTo: collector.url)
            let before = try processorTime(of: tracer.pid)
            _ = try subject.load(seconds)
            let time = try processorTime(of: tracer.pid) - before
            let memory = try MemoryUse(of: tracer.pid)
            let (summary, _) = try tracer.stop()
            guard let destination = summary.destinations.first, destination.spans > 0 else {
                throw BenchFailure("nothing was exported")
            }
            agent.append(time / .microseconds(1) / Double(destination.spans))
            anonymous.append(Double(memory.anonymous) / Double(1 << 20))
            resident.append(Double(memory.resident) / Double(1 << 20))
            unexported += destination.spans - destination.exported
        }
    }

    var measurements: [Measurement] {
        [
            Measurement("agent's CPU time per span, to JSON and OTLP", medianOf: agent, .microseconds, budget: 10),
            Measurement("anonymous memory", medianOf: anonymous, .megabytes, budget: 20),
            Measurement("resident memory", medianOf: resident, .megabytes, budget: 50),
            Measurement("spans not exported, all rounds", Double(unexported), .count, budget: 0),
        ]
    }
}
