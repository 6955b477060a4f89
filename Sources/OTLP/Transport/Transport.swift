/// Sends encoded requests to one destination. What becomes of one that fails is the exporter's business.
package protocol Transport: Sendable {
    /// One attempt. Ends soon after its task is cancelled.
    func send(_ request: [UInt8]) async -> DeliveryOutcome
    /// Called once, after the last `send`.
    func shutdown() async
}

/// What became of one attempt to send a batch.
package enum DeliveryOutcome: Equatable, Sendable {
    /// Taken, but for what a partial success may name.
    case accepted(PartialSuccess)
    /// Not to be sent again.
    case refused(reason: String)
    /// Answered as if all were well, but not by OTLP's rules: whether anybody took the spans is not known.
    case unconfirmed(reason: String)
    /// To be tried again, not before the time that the destination asked for, if it did.
    case unavailable(reason: String, retryAfter: Duration? = nil, mayHaveArrived: Bool)
}

/// What a destination says of a batch that it took (opentelemetry-proto, ExportTracePartialSuccess).
package struct PartialSuccess: Equatable, Sendable {
    /// Spans that it didn't take, and doesn't want again.
    package var rejected: UInt64
    /// Why, or a warning when there are none; empty when all is well. At most `messageLimit` characters.
    package var message: String

    package static let messageLimit = 200

    package init(rejected: UInt64 = 0, message: String = "") {
        self.rejected = rejected
        self.message = String(message.prefix(Self.messageLimit))
    }
}
