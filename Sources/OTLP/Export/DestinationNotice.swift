/// What somebody should hear of a destination, in time and not once a batch.
package enum DestinationNotice: Equatable, Sendable {
    /// It can't be reached, or can't take spans now; they are kept as long as there is room, and sent again.
    case unavailable(reason: String)
    /// It doesn't take spans; they are lost.
    case refusing(reason: String)
    /// It answers, but not by OTLP's rules; the spans are counted as lost.
    case unconfirmed(reason: String)
    /// It takes spans again.
    case recovered
    /// It has taken a batch but for some spans, for the first time.
    case rejecting(spans: UInt64, reason: String)
    /// It has taken a batch and has something to say about it, for the first time.
    case warning(String)
    /// What it can't take now can't be kept on disk either, told once.
    case spoolFailing(reason: String)
}
