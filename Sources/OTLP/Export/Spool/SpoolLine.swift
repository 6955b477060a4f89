/// Batches in the order in which they are to be sent. Nothing takes longer the more there are, but for a removal now and then.
struct SpoolLine {
    private var batches: [SpooledBatch] = []
    /// Of the first that is still there.
    private var head = 0
    /// Spans.
    private(set) var spans: UInt64 = 0

    init() {}

    /// - Parameter batches: the first is given first.
    init(_ batches: [SpooledBatch]) {
        self.batches = batches
        spans = batches.reduce(0) { $0 + UInt64($1.spanCount) }
    }

    var isEmpty: Bool { head == batches.count }

    mutating func append(_ batch: SpooledBatch) {
        batches.append(batch)
        spans += UInt64(batch.spanCount)
    }

    mutating func popFirst() -> SpooledBatch? {
        guard !isEmpty else { return nil }
        let batch = batches[head]
        // Its shares are no more held.
        batches[head].shares = BatchShares()
        head += 1
        spans -= UInt64(batch.spanCount)
        if 2 * head > batches.count {
            batches.removeFirst(head)
            head = 0
        }
        return batch
    }
}
