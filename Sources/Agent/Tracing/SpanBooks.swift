import OTLP
package import Spans

/// What became of every request of one process, or of several, that began while it was traced.
///
/// At rest it closes: `begun = exported + unsampled + the sum of losses + inFlight + queued`. While spans are on their way
/// from the kernel to their destination's queue, they are in none of these.
package struct SpanBooks: Sendable, Equatable {
    package internal(set) var begun: UInt64 = 0
    /// Their destination has taken them.
    package internal(set) var exported: UInt64 = 0
    package internal(set) var unsampled: UInt64 = 0
    /// Requests that have not ended.
    package internal(set) var inFlight: UInt64 = 0
    /// Spans that wait for their destination, or are on disk.
    package internal(set) var queued: UInt64 = 0
    package internal(set) var losses: [LossReason: UInt64] = [:]

    mutating func add(_ other: SpanBooks) {
        begun += other.begun
        exported += other.exported
        unsampled += other.unsampled
        inFlight += other.inFlight
        queued += other.queued
        losses.merge(other.losses, uniquingKeysWith: +)
    }

    mutating func add(_ figures: SpanAccount.Figures) {
        exported += figures.exported
        queued += figures.queued
        losses.merge(figures.losses, uniquingKeysWith: +)
    }
}

/// The books of one process that is traced.
package struct ProcessSummary: Sendable, Equatable {
    package let pid: Int32
    package internal(set) var books: SpanBooks
}
