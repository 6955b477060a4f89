package import OTLP
package import Spans

/// What became of every request that began while it was traced.
///
/// At rest it closes: `begun = exported + unsampled + the sum of losses + inFlight + queued`. Where spans are printed, that is
/// the account of what is printed, and each destination has one of its own.
package struct TraceSummary: Sendable, Equatable {
    package internal(set) var begun: UInt64 = 0
    package internal(set) var exported: UInt64 = 0
    package internal(set) var unsampled: UInt64 = 0
    /// Requests that had not ended when tracing did.
    package internal(set) var inFlight: UInt64 = 0
    /// Spans that wait for their destination; at the end, on disk for the next run.
    package internal(set) var queued: UInt64 = 0
    package internal(set) var losses: [LossReason: UInt64] = [:]

    /// What became of the headers of requests that traced programs sent.
    package internal(set) var propagation = PropagationSummary()

    /// Where spans were sent besides.
    package var destinations: [DestinationSummary] = []

    /// Of the processes that are traced, or were up to the end, by their pids.
    package internal(set) var processes: [ProcessSummary] = []
    /// Of all others together.
    package internal(set) var ended = SpanBooks()

    package var lost: UInt64 { losses.values.reduce(0, &+) }

    mutating func add(_ count: UInt64, to reason: LossReason) {
        if count > 0 { losses[reason, default: 0] &+= count }
    }

    mutating func add(_ books: SpanBooks) {
        begun += books.begun
        exported += books.exported
        unsampled += books.unsampled
        inFlight += books.inFlight
        queued += books.queued
        losses.merge(books.losses, uniquingKeysWith: +)
    }
}
