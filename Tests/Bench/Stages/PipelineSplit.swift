import Glibc
import OTLP
import Spans
import TestSupport

/// Where the agent's time goes from the ring buffer to the wire: that of its threads under load, of which the steps are told
/// apart by timing them alone, on records of that very load.
struct PipelineSplit {
    private static let sample = 2000
    private static let passes = 20

    private let title: String
    private var decode: [Double] = []
    private var assemble: [Double] = []
    private var encode: [Double] = []
    private var read: [Double] = []
    private var send: [Double] = []
    private var all: [Double] = []

    init(_ nodespan: String, _ server: Server, by speech: Collector.Speech, rounds: Int, seconds: Int) throws {
        title = speech == .grpc ? "gRPC" : "HTTP"
        let collector = try Collector(speaks: speech, reads: .nothing)
        for _ in 0..<rounds {
            let agent = try NodeAgent(nodespan, tracing: server.folder, exportingTo: collector.url)
            try server.send(Self.sample)
            let records = try RingRecords(of: agent.pid).records
            guard records.count > Self.sample / 2 else { throw BenchFailure("only \(records.count) spans in the ring") }
            let steps = try Steps(records, passes: Self.passes)

            let before = try ThreadTimes(of: agent.pid)
            let requests = try Load(server, .caller, seconds: seconds).requests
            let after = try ThreadTimes(of: agent.pid)
            let perSpan = { (time: Duration) in time / .microseconds(1) / Double(requests) }
            let reading = perSpan(after.reading - before.reading)
            let total = perSpan(after.all - before.all)
            _ = try agent.stop()

            decode.append(steps.decode)
            assemble.append(steps.assemble)
            encode.append(steps.encode)
            read.append(reading - steps.decode - steps.assemble - steps.encode)
            send.append(total - reading)
            all.append(total)
        }
    }

    var measurements: [Measurement] {
        [
            Measurement("\(title): read, route and account", medianOf: read, .microseconds),
            Measurement("\(title): decode", medianOf: decode, .microseconds),
            Measurement("\(title): assemble", medianOf: assemble, .microseconds),
            Measurement("\(title): encode", medianOf: encode, .microseconds),
            Measurement("\(title): send", medianOf: send, .microseconds),
            Measurement("\(title): all, ring buffer to wire", medianOf: all, .microseconds, budget: 10),
        ]
    }
}

/// Microseconds of CPU time a span for the steps that need no agent.
private struct Steps {
    let decode: Double
    let assemble: Double
    let encode: Double

    init(_ records: [[UInt8]], passes: Int) throws {
        let convention = HTTPServerConvention(version: "bench")
        let clock = WallClock(.now())
        let resource = Resource(attributes: [Attribute("service.name", .string("bench"))])
        var decoded: [HTTPServerRecord] = []
        var spans: [Span] = []
        var times = [Duration](repeating: .zero, count: 3)
        for _ in 0..<passes {
            decoded.removeAll(keepingCapacity: true)
            spans.removeAll(keepingCapacity: true)
            var start = Self.now()
            for record in records {
                if case .httpServer(let record) = try record.withUnsafeBytes({ try RecordDecoder.decode($0) }) {
                    decoded.append(record)
                }
            }
            times[0] += Self.now() - start
            start = Self.now()
            for record in decoded { spans.append(convention.span(of: record, resource: resource, clock: clock)) }
            times[1] += Self.now() - start
            var encoder = TraceRequestEncoder()
            start = Self.now()
            for span in spans {
                encoder.add(span)
                if encoder.spanCount == 512 { _ = encoder.finish() }
            }
            times[2] += Self.now() - start
        }
        let perSpan = { (time: Duration) in time / .microseconds(1) / Double(passes * decoded.count) }
        (decode, assemble, encode) = (perSpan(times[0]), perSpan(times[1]), perSpan(times[2]))
    }

    /// CPU time of this thread.
    private static func now() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
