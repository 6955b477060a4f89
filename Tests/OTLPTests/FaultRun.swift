import OTLP
import Spans
import Synchronization
import TestSupport

/// How spans go to a receiver that isn't ours.
enum Wire: String, CaseIterable, Sendable {
    case grpc
    case httpProtobuf
    case httpJSON

    var speech: Collector.Speech { self == .grpc ? .grpc : .http }

    private var exportProtocol: ExportProtocol {
        switch self {
        case .grpc: .grpc
        case .httpProtobuf: .httpProtobuf
        case .httpJSON: .httpJSON
        }
    }

    func receiver(_ url: String) throws -> Receiver {
        Receiver(endpoint: try OTLPEndpoint(url, protocol: exportProtocol))
    }
}

/// An exporter with its real transport, in a hurry, and what it says.
struct FaultRun {
    static let batchSpans = 10

    /// With one request at a time, so that the order of things is known.
    static var limits: ExportLimits {
        var limits = ExportLimits()
        limits.batchSpans = batchSpans
        limits.requests = 1
        limits.attempt = .seconds(30)
        return limits
    }

    let transport: WatchedTransport
    private let exporter: SpanExporter<HurriedClock>
    private let heard: Heard
    private let resource = Resource.named("shop")

    private final class Heard: Sendable {
        let notices = Mutex<[DestinationNotice]>([])
    }

    private init(_ receiver: Receiver, limits: ExportLimits) {
        let target = SpanTarget.receiver(receiver)
        let transport = WatchedTransport(target.makeTransport(userAgent: "nodespan/test"))
        let heard = Heard()
        exporter = SpanExporter(
            place: target.place, encoder: target.makeEncoder(), transport: transport, clock: HurriedClock(),
            limits: limits
        ) { notice in heard.notices.withLock { $0.append(notice) } }
        (self.transport, self.heard) = (transport, heard)
    }

    /// Exports meanwhile; `body` is to call `finish`.
    static func with<Result>(
        _ receiver: Receiver, limits: ExportLimits = limits, _ body: (FaultRun) async throws -> Result
    ) async throws -> Result {
        let run = FaultRun(receiver, limits: limits)
        async let _ = run.exporter.run()
        return try await body(run)
    }

    var notices: [DestinationNotice] { heard.notices.withLock { $0 } }

    /// Takes whole batches; returns the ids of their spans. Ids are consecutive.
    func take(batches: Int, from first: UInt64 = 1) -> Set<String> {
        let numbers = first..<first + UInt64(batches * Self.batchSpans)
        for number in numbers { exporter.take(sampleSpan(number, of: resource)) }
        return Set(numbers.map(Self.id))
    }

    var summary: DestinationSummary { exporter.summary }

    func finish() async -> DestinationSummary { await exporter.finish() }

    /// Waits until something is so; a minute at most.
    static func wait(until isSo: () throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while try !isSo() {
            guard ContinuousClock.now < deadline else { throw NeverSo() }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    struct NeverSo: Error {}

    private static func id(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension CollectedRequest {
    /// Of its spans.
    var ids: [String] { spans.compactMap { $0.span["spanId"]?.string } }
}
