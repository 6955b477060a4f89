package import Spans

/// What became of every span that was handed to the exporter of one destination, and of those that an earlier run had left
/// on disk for it.
///
/// It closes: `spans + spool.restored + spool.carried = exported + rejected + the sum of losses + queued`.
package struct DestinationSummary: Sendable, Equatable {
    /// The URL; else the path of a file, or what it is.
    package private(set) var endpoint: String
    /// Handed to the exporter.
    package internal(set) var spans: UInt64 = 0
    /// The destination has said that it took them.
    package internal(set) var exported: UInt64 = 0
    /// The destination took the batch, but not these.
    package internal(set) var rejected: UInt64 = 0
    package internal(set) var losses: [LossReason: UInt64] = [:]
    /// Requests that were sent again.
    package internal(set) var retries: UInt64 = 0
    /// Spans that were sent again although the destination may have had them already.
    package internal(set) var resent: UInt64 = 0
    /// Nil where nothing is kept on disk.
    package internal(set) var spool: SpoolSummary?
    /// No figure changes any more.
    package internal(set) var hasEnded = false
    private var hasToldOfSpool = false

    package var lost: UInt64 { losses.values.reduce(0, &+) }

    /// Wait to be sent, are being sent, or are on disk.
    package var queued: UInt64 {
        let given = spans &+ (spool?.restored ?? 0) &+ UInt64(bitPattern: spool?.carried ?? 0)
        return given &- exported &- rejected &- lost
    }

    init(endpoint: String) {
        self.endpoint = endpoint
    }

    /// Adds what became of the spans of another exporter.
    package mutating func add(_ other: DestinationSummary) {
        spans += other.spans
        exported += other.exported
        rejected += other.rejected
        losses.merge(other.losses, uniquingKeysWith: +)
        retries += other.retries
        resent += other.resent
        if let more = other.spool { spool = spool.map { $0.adding(more) } ?? more }
    }

    /// As `add`, of one that goes elsewhere: from then on it is of several.
    package mutating func addOther(_ other: DestinationSummary) {
        endpoint = "others"
        add(other)
    }

    mutating func add(_ count: UInt64, to reason: LossReason) {
        if count > 0 { losses[reason, default: 0] &+= count }
    }

    /// Returns whether it is the first.
    mutating func noteSpoolFailure() -> Bool {
        defer { hasToldOfSpool = true }
        return !hasToldOfSpool
    }
}
