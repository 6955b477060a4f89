package import OTLP
package import Spans
internal import Synchronization

/// Passes spans on to the exporter of the destination that each process has.
package final class SpanRouter: SpanSink {
    package typealias Exporter = SpanExporter<ContinuousClock>

    private struct Way {
        let destination: DestinationSetting
        let exporter: Exporter
        /// Since when no process has it.
        var unusedSince: ContinuousClock.Instant?
    }

    /// Each has a connection and a thread.
    package static let limit = 64
    /// Spans that were in flight when a process was traced no more still come.
    private static let grace = Duration.seconds(30)

    private struct State {
        var ways: [SpanOutlet: Way] = [:]
        /// Those that nothing is handed to any more.
        var closed: [Exporter] = []
        var outlets = 0
        var outcome = SinkOutcome(exported: 0, lost: 0)
    }

    private let makeExporter: @Sendable (DestinationSetting) -> Exporter
    private let state = Mutex(State())

    /// - Parameter makeExporter: makes one for a destination, and has it run.
    package init(makeExporter: @escaping @Sendable (DestinationSetting) -> Exporter) {
        self.makeExporter = makeExporter
    }

    /// The way to a destination: one for all processes that have it. Nil when there are too many.
    func outlet(to destination: DestinationSetting) -> SpanOutlet? {
        state.withLock { state in
            if let known = state.ways.first(where: { $0.value.destination == destination })?.key {
                state.ways[known]?.unusedSince = nil
                return known
            }
            if state.ways.count >= Self.limit { return nil }
            let outlet = SpanOutlet(number: state.outlets)
            state.outlets += 1
            state.ways[outlet] = Way(destination: destination, exporter: makeExporter(destination))
            return outlet
        }
    }

    /// Ends the ways to destinations that aren't among these for a while, once what they hold is sent.
    func keep(_ destinations: Set<DestinationSetting>, now: ContinuousClock.Instant = .now) {
        state.withLock { state in
            for (outlet, way) in state.ways {
                let since = destinations.contains(way.destination) ? nil : way.unusedSince ?? now
                state.ways[outlet]?.unusedSince = since
                if let since, now - since >= Self.grace { Self.close(outlet, way, &state) }
            }
        }
    }

    private static func close(_ outlet: SpanOutlet, _ way: Way, _ state: inout State) {
        way.exporter.close()
        state.closed.append(way.exporter)
        state.ways[outlet] = nil
    }

    package func take(_ span: Span, to outlet: SpanOutlet) {
        state.withLock { state in
            if let way = state.ways[outlet] {
                way.exporter.take(span)
                state.outcome.exported += 1
            } else {
                state.outcome.lost += 1
            }
        }
    }

    package func flush() -> SinkOutcome {
        state.withLock { state in
            for way in state.ways.values { way.exporter.tick() }
            defer { state.outcome = SinkOutcome(exported: 0, lost: 0) }
            return state.outcome
        }
    }

    package func finish() -> SinkOutcome {
        let outcome = flush()
        state.withLock { state in
            for (outlet, way) in state.ways { Self.close(outlet, way, &state) }
        }
        return outcome
    }

    /// Waits until all exporters have come to their end: after `finish`.
    package func summaries() async -> [DestinationSummary] {
        var summaries: [DestinationSummary] = []
        for exporter in state.withLock({ $0.closed }) { summaries.append(await exporter.finish()) }
        return summaries
    }
}
