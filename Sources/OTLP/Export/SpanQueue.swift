internal import Spans
internal import Synchronization

/// Spans on their way from the thread that makes them to the task that sends them: encoded at once, gathered into batches,
/// and bounded. What doesn't fit is not taken: the newest is dropped, and the thread never waits.
final class SpanQueue: Sendable {
    /// An encoded request.
    struct Batch: Sendable {
        let request: [UInt8]
        let spanCount: Int
    }

    private struct State {
        var encoder: any BatchEncoder
        /// When the batch being gathered was first seen to have spans.
        var gatheringSince: Duration?
        /// Oldest first.
        var full: [Batch] = []
        /// Of `full` and the batches being sent.
        var spans = 0
        var bytes = 0
        var handed: UInt64 = 0
        var dropped: UInt64 = 0
        var isClosed = false
    }

    private let limits: ExportLimits
    private let state: Mutex<State>

    init(encoder: any BatchEncoder, limits: ExportLimits) {
        self.limits = limits
        state = Mutex(State(encoder: encoder))
    }

    /// Encodes a span, or drops it. Returns whether a batch has become full.
    func add(_ span: Span) -> Bool {
        state.withLock { state in
            state.handed += 1
            guard !state.isClosed, state.spans + state.encoder.spanCount < limits.queuedSpans,
                state.bytes + state.encoder.byteCount < limits.queuedBytes
            else {
                state.dropped += 1
                return false
            }
            state.encoder.add(span)
            guard state.encoder.spanCount >= limits.batchSpans || state.encoder.byteCount >= limits.batchBytes else {
                return false
            }
            Self.seal(&state)
            return true
        }
    }

    /// Lets the batch being gathered go when it is old enough. Returns whether it was.
    /// - Parameter now: since any fixed instant.
    func tick(now: Duration) -> Bool {
        state.withLock { state in
            guard state.encoder.spanCount > 0 else { return false }
            let since = state.gatheringSince ?? now
            state.gatheringSince = since
            guard now - since >= limits.batchAge else { return false }
            Self.seal(&state)
            return true
        }
    }

    /// Takes no more spans, and lets go what there is.
    func close() {
        state.withLock { state in
            state.isClosed = true
            if state.encoder.spanCount > 0 { Self.seal(&state) }
        }
    }

    /// The oldest batch that waits. It goes on taking room until it is settled.
    func next() -> Batch? {
        state.withLock { $0.full.isEmpty ? nil : $0.full.removeFirst() }
    }

    /// A batch has come to its end, this way or that.
    func settle(_ batch: Batch) {
        state.withLock { state in
            state.spans -= batch.spanCount
            state.bytes -= batch.request.count
        }
    }

    /// Whether no full batch waits.
    var isEmpty: Bool { state.withLock { $0.full.isEmpty } }

    /// Spans that `add` was given, and those of them that found no room.
    var counts: (handed: UInt64, dropped: UInt64) { state.withLock { ($0.handed, $0.dropped) } }

    private static func seal(_ state: inout State) {
        let spanCount = state.encoder.spanCount
        let batch = Batch(request: state.encoder.finish(), spanCount: spanCount)
        state.full.append(batch)
        state.spans += batch.spanCount
        state.bytes += batch.request.count
        state.gatheringSince = nil
    }
}
