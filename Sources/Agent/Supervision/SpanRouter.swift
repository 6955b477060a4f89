package import OTLP
package import Spans
internal import Synchronization

/// Passes spans on to the exporter of the destination that each process has: one for all that have the same.
package final class SpanRouter: SpanSink {
    package typealias Exporter = SpanExporter<ContinuousClock>

    private struct Way {
        let pipeline: DestinationSetting.Pipeline
        let exporter: Exporter
        /// Who asked for it first; nil for the operator.
        let owner: String?
        /// How those that have it want batches.
        var batches: Set<BatchLimits>
        /// Since when no process has it.
        var unusedSince: ContinuousClock.Instant?
    }

    /// Each has a connection and a thread.
    package static let limit = 64
    /// Those that one owner may have asked for first.
    package static let ownersLimit = 16
    /// Spans that were in flight when a process was traced no more still come.
    private static let grace = Duration.seconds(30)
    /// As `grace`, where spans wait for a destination that can't take them.
    private static let patience = Duration.seconds(300)
    /// Of so many places that nothing is handed to any more the summaries are told apart.
    private static let endedLimit = 256

    private struct State {
        var ways: [SpanOutlet: Way] = [:]
        /// Those that nothing is handed to any more, and that may not have come to their end yet.
        var closed: [Exporter] = []
        /// Of those that have.
        var ended: [DestinationSummary] = []
        var outlets = 0
    }

    private let makeExporter: @Sendable (DestinationSetting) -> Exporter
    /// Held while an exporter is made, which takes long: never by the thread that reads spans.
    private let making = Mutex(())
    private let state = Mutex(State())

    /// - Parameter makeExporter: makes one for a destination, and has it run.
    package init(makeExporter: @escaping @Sendable (DestinationSetting) -> Exporter) {
        self.makeExporter = makeExporter
    }

    /// There are as many destinations as there may be: of one owner, or in all.
    struct Full: Error {
        let limit: Int
    }

    /// The way to a destination: one for all processes that have it.
    /// - Parameter owner: who shares a part of the limit: a pod's namespace; nil for the operator.
    func outlet(to destination: DestinationSetting, for owner: String? = nil) throws(Full) -> SpanOutlet {
        try making.withLock { _ throws(Full) in
            let known = try state.withLock { state throws(Full) in
                let known = Self.join(destination, &state)
                if known == nil { try Self.checkRoom(for: owner, state) }
                return known
            }
            if let known { return known }
            let exporter = makeExporter(destination)
            exporter.setBatch(for: [destination.batch])
            return state.withLock { state in
                let outlet = SpanOutlet(number: state.outlets)
                state.outlets += 1
                state.ways[outlet] = Way(
                    pipeline: destination.pipeline, exporter: exporter, owner: owner, batches: [destination.batch])
                return outlet
            }
        }
    }

    private static func join(_ destination: DestinationSetting, _ state: inout State) -> SpanOutlet? {
        guard let known = state.ways.first(where: { $0.value.pipeline == destination.pipeline })?.key else {
            return nil
        }
        state.ways[known]?.unusedSince = nil
        if state.ways[known]?.batches.insert(destination.batch).inserted == true { setBatch(of: state.ways[known]) }
        return known
    }

    private static func setBatch(of way: Way?) {
        if let way { way.exporter.setBatch(for: way.batches) }
    }

    private static func checkRoom(for owner: String?, _ state: State) throws(Full) {
        if let owner, state.ways.values.count(where: { $0.owner == owner }) >= ownersLimit {
            throw Full(limit: ownersLimit)
        }
        if state.ways.count >= limit { throw Full(limit: limit) }
    }

    /// Ends the ways to destinations that aren't among these for a while, once what they hold is sent.
    /// - Parameters:
    ///   - destinations: of the processes that there are, with the batches that each wants.
    ///   - standing: those that are kept though no process may have them now.
    func keep(
        _ destinations: Set<DestinationSetting>, standing: [DestinationSetting] = [],
        now: ContinuousClock.Instant = .now
    ) {
        var wanted: [DestinationSetting.Pipeline: Set<BatchLimits>] = [:]
        for destination in standing { wanted[destination.pipeline] = [] }
        for destination in destinations { wanted[destination.pipeline, default: []].insert(destination.batch) }
        state.withLock { state in
            for (outlet, way) in state.ways {
                guard let batches = wanted[way.pipeline] else {
                    let since = way.unusedSince ?? now
                    state.ways[outlet]?.unusedSince = since
                    let patience = way.exporter.summary.queued == 0 ? Self.grace : Self.patience
                    if now - since >= patience { Self.close(outlet, way, &state) }
                    continue
                }
                state.ways[outlet]?.unusedSince = nil
                guard batches != way.batches else { continue }
                state.ways[outlet]?.batches = batches
                Self.setBatch(of: state.ways[outlet])
            }
            Self.settle(&state)
        }
    }

    private static func close(_ outlet: SpanOutlet, _ way: Way, _ state: inout State) {
        way.exporter.close()
        state.closed.append(way.exporter)
        state.ways[outlet] = nil
    }

    /// Forgets the exporters that have come to their end, but for what became of their spans: once they have nothing on disk
    /// that the next exporter of their destination may take over, or too many have.
    private static func settle(_ state: inout State) {
        let closed = state.closed
        state.closed = []
        var leaving = 0
        for exporter in closed.reversed() {
            // Read once: it may come to its end at any moment.
            let summary = exporter.summary
            if summary.hasEnded, (summary.spool?.waiting ?? 0) > 0 { leaving += 1 }
            if summary.hasEnded, (summary.spool?.waiting ?? 0) == 0 || leaving > endedLimit {
                exporter.retireSpool()
                // What the next one has taken over in the meantime is no more its own.
                add(exporter.summary, &state)
            } else {
                state.closed.append(exporter)
            }
        }
        state.closed.reverse()
    }

    private static func add(_ summary: DestinationSummary, _ state: inout State) {
        if let known = state.ended.firstIndex(where: { $0.endpoint == summary.endpoint }) {
            state.ended[known].add(summary)
        } else if state.ended.count < endedLimit {
            state.ended.append(summary)
        } else {
            state.ended[endedLimit - 1].addOther(summary)
        }
    }

    package func take(_ span: Span, to outlet: SpanOutlet, of account: SpanAccount) {
        // What it takes to encode a span holds up nobody who needs another.
        if let exporter = state.withLock({ $0.ways[outlet]?.exporter }) {
            exporter.take(span, of: account)
        } else {
            account.lose(to: .outputFailed)
        }
    }

    package func flush() -> SinkOutcome {
        for exporter in state.withLock({ $0.ways.values.map(\.exporter) }) { exporter.tick() }
        return SinkOutcome(exported: 0, lost: 0)
    }

    package func finish() -> SinkOutcome {
        state.withLock { state in
            for (outlet, way) in state.ways { Self.close(outlet, way, &state) }
        }
        return SinkOutcome(exported: 0, lost: 0)
    }

    /// What has become of all spans so far, by destination.
    package func destinations() -> [DestinationSummary] {
        state.withLock { state in
            Self.settle(&state)
            return state.ended + state.closed.map(\.summary) + state.ways.values.map(\.exporter.summary)
        }
    }

    /// Waits until all exporters have come to their end: after `finish`.
    package func summaries() async -> [DestinationSummary] {
        for exporter in state.withLock({ $0.closed }) { _ = await exporter.finish() }
        return destinations()
    }
}
