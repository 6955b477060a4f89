package import Spans

/// What became of every span that was handed to the exporter of one destination.
///
/// At the end it closes: `spans = exported + rejected + the sum of losses`.
package struct DestinationSummary: Sendable, Equatable {
    /// The URL; else the path of a file, or what it is.
    package let endpoint: String
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

    package var lost: UInt64 { losses.values.reduce(0, &+) }

    init(endpoint: String) {
        self.endpoint = endpoint
    }

    mutating func add(_ count: UInt64, to reason: LossReason) {
        if count > 0 { losses[reason, default: 0] &+= count }
    }
}
