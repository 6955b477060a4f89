package import OTLP
package import Spans

/// What became of every request that began while it was traced.
///
/// At rest it closes: `begun = exported + unsampled + the sum of losses + inFlight`. That is of what is printed; each
/// destination has an account of its own.
package struct TraceSummary: Sendable, Equatable {
    package internal(set) var begun: UInt64 = 0
    package internal(set) var exported: UInt64 = 0
    package internal(set) var unsampled: UInt64 = 0
    /// Requests that had not ended when tracing did.
    package internal(set) var inFlight: UInt64 = 0
    package internal(set) var losses: [LossReason: UInt64] = [:]

    /// What became of the headers of requests that traced programs sent.
    package internal(set) var propagation = PropagationSummary()

    /// Where spans were sent besides.
    package var destinations: [DestinationSummary] = []

    package var lost: UInt64 { losses.values.reduce(0, &+) }

    mutating func add(_ count: UInt64, to reason: LossReason) {
        if count > 0 { losses[reason, default: 0] &+= count }
    }
}
