internal import Spans
internal import Synchronization

/// Spans on their way from the thread that makes them to the task that sends them: encoded at once, gathered into batches,
/// and bounded. What doesn't fit is not taken: the newest is dropped, and the thread never waits.
final class SpanQueue: Sendable {
    /// An encoded request.
    struct Batch: Sendable {
        let request: [UInt8]
        let spanCount: Int
        var shares = BatchShares()
    }

    private struct State {
        var encoder: any BatchEncoder
        /// Of the batch being gathered.
        var shares = BatchShares()
        /// When the batch being gathered was first seen to have spans.
        var gatheringSince: Duration?
        var batchSpans: Int
        var batchAge: Duration
        /// Oldest first.
        var full: [Batch] = []
        /// Of `full` and the batches being sent.
        var spans = 0
        var bytes = 0
        var handed: UInt64 = 0
        var dropped: [LossReason: UInt64] = [:]
        var isSpoolFull = false
        var isClosed = false
    }

    private let limits: ExportLimits
    private let state: Mutex<State>

    init(encoder: any BatchEncoder, limits: ExportLimits) {
        self.limits = limits
        state = Mutex(State(encoder: encoder, batchSpans: limits.batchSpans, batchAge: limits.batchAge))
    }

    /// When a batch goes, from now on.
    func setBatch(spans: Int, age: Duration) {
        state.withLock { ($0.batchSpans, $0.batchAge) = (spans, age) }
    }

    /// What doesn't fit finds no room on disk either.
    func setSpoolFull(_ isFull: Bool) {
        state.withLock { $0.isSpoolFull = isFull }
    }

    /// Encodes a span, or drops it. Returns whether a batch has become full.
    func add(_ span: Span, of account: SpanAccount?) -> Bool {
        let (reason, isFull) = state.withLock { state -> (LossReason?, Bool) in
            state.handed += 1
            guard !state.isClosed, hasRoom(state) else {
                let reason: LossReason = state.isClosed ? .stopped : state.isSpoolFull ? .spoolFull : .queueFull
                state.dropped[reason, default: 0] += 1
                return (reason, false)
            }
            state.encoder.add(span)
            if let account { state.shares.add(account) }
            guard state.encoder.spanCount >= state.batchSpans || state.encoder.byteCount >= limits.batchBytes else {
                return (nil, false)
            }
            Self.seal(&state)
            return (nil, true)
        }
        if let reason { account?.lose(to: reason) }
        return isFull
    }

    /// Lets the batch being gathered go when it is old enough. Returns whether it was.
    /// - Parameter now: since any fixed instant.
    func tick(now: Duration) -> Bool {
        state.withLock { state in
            guard state.encoder.spanCount > 0 else { return false }
            let since = state.gatheringSince ?? now
            state.gatheringSince = since
            guard now - since >= state.batchAge else { return false }
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

    /// Has a batch that `next` gave wait again, before all others.
    func putBack(_ batch: Batch) {
        state.withLock { $0.full.insert(batch, at: 0) }
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

    /// Whether half of what may wait does.
    var isHalfFull: Bool {
        state.withLock { state in
            2 * (state.spans + state.encoder.spanCount) >= limits.queuedSpans
                || 2 * (state.bytes + state.encoder.byteCount) >= limits.queuedBytes
        }
    }

    /// Spans that `add` was given, and those of them that found no room.
    var counts: (handed: UInt64, dropped: [LossReason: UInt64]) { state.withLock { ($0.handed, $0.dropped) } }

    private func hasRoom(_ state: State) -> Bool {
        state.spans + state.encoder.spanCount < limits.queuedSpans
            && state.bytes + state.encoder.byteCount < limits.queuedBytes
    }

    private static func seal(_ state: inout State) {
        let spanCount = state.encoder.spanCount
        let batch = Batch(request: state.encoder.finish(), spanCount: spanCount, shares: state.shares.finish())
        state.full.append(batch)
        state.spans += batch.spanCount
        state.bytes += batch.request.count
        state.gatheringSince = nil
    }
}
