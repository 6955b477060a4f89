import Spans
import Synchronization

@testable import OTLP

/// An exporter that runs, with a transport and a clock of the test's own.
struct ExportRun {
    let clock: ManualClock
    let transport: ScriptedTransport
    let exporter: SpanExporter<ManualClock>
    private let heard = Heard()
    private let resource = Resource.named("shop")

    /// The notices.
    final class Heard: Sendable {
        let notices = Mutex<[DestinationNotice]>([])
    }

    private init(_ steps: [ScriptedTransport.Step], limits: ExportLimits) throws {
        clock = ManualClock()
        transport = ScriptedTransport(steps)
        exporter = SpanExporter(
            place: "http://collector", encoder: TraceRequestEncoder(), transport: transport, clock: clock,
            limits: limits
        ) { [heard] notice in heard.notices.withLock { $0.append(notice) } }
    }

    var notices: [DestinationNotice] { heard.notices.withLock { $0 } }

    /// Takes spans.
    func take(_ count: Int) {
        for number in 0..<count { exporter.take(sampleSpan(UInt64(number), of: resource)) }
    }

    /// Takes a batch that isn't full, and lets it go.
    func takeBatch(_ count: Int) {
        take(count)
        exporter.tick()
        clock.advance(by: .seconds(1))
        exporter.tick()
    }

    static func with<Result>(
        _ steps: [ScriptedTransport.Step], limits: ExportLimits = ExportLimits(),
        _ body: (ExportRun) async throws -> Result
    ) async throws -> Result {
        let run = try ExportRun(steps, limits: limits)
        async let _ = run.exporter.run()
        return try await body(run)
    }
}

extension DestinationSummary {
    /// The promise of every summary.
    var isBalanced: Bool { spans == exported + rejected + lost }
}

extension ScriptedTransport.Step {
    static let ok = ScriptedTransport.Step.answer(.accepted(PartialSuccess()))
    static let busy = ScriptedTransport.Step.answer(.unavailable(reason: "busy", mayHaveArrived: false))
    static let cut = ScriptedTransport.Step.answer(.unavailable(reason: "cut", mayHaveArrived: true))
    static let refused = ScriptedTransport.Step.answer(.refused(reason: "no"))
}
