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

    private init(_ steps: [ScriptedTransport.Step], limits: ExportLimits, spool: SpoolFolder?) throws {
        clock = ManualClock()
        transport = ScriptedTransport(steps)
        exporter = SpanExporter(
            place: "http://collector", encoder: TraceRequestEncoder(), transport: transport, clock: clock,
            limits: limits, spool: spool
        ) { [heard] notice in heard.notices.withLock { $0.append(notice) } }
    }

    var notices: [DestinationNotice] { heard.notices.withLock { $0 } }

    /// Takes spans.
    func take(_ count: Int, of account: SpanAccount? = nil) {
        for number in 0..<count { exporter.take(sampleSpan(UInt64(number), of: resource), of: account) }
    }

    /// Takes a batch that isn't full, and lets it go.
    func takeBatch(_ count: Int, of account: SpanAccount? = nil) {
        take(count, of: account)
        exporter.tick()
        clock.advance(by: .seconds(1))
        exporter.tick()
    }

    /// Lets time pass until something has come to its end.
    func passing<Result: Sendable>(_ body: @escaping @Sendable () async -> Result) async -> Result {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while !Task.isCancelled {
                    clock.advance(by: .milliseconds(100))
                    await Task.yield()
                }
            }
            defer { group.cancelAll() }
            return await body()
        }
    }

    static func with<Result>(
        _ steps: [ScriptedTransport.Step], limits: ExportLimits = ExportLimits(), spool: SpoolFolder? = nil,
        _ body: (ExportRun) async throws -> Result
    ) async throws -> Result {
        let run = try ExportRun(steps, limits: limits, spool: spool)
        async let _ = run.exporter.run()
        return try await body(run)
    }
}

extension DestinationSummary {
    /// The promise of every summary.
    var isBalanced: Bool {
        Int64(spans + (spool?.restored ?? 0)) + (spool?.carried ?? 0)
            == Int64(exported + rejected + lost + (spool?.waiting ?? 0))
    }
}

extension ScriptedTransport.Step {
    static let ok = ScriptedTransport.Step.answer(.accepted(PartialSuccess()))
    static let busy = ScriptedTransport.Step.answer(.unavailable(reason: "busy", mayHaveArrived: false))
    static let cut = ScriptedTransport.Step.answer(.unavailable(reason: "cut", mayHaveArrived: true))
    static let refused = ScriptedTransport.Step.answer(.refused(reason: "no"))
}
