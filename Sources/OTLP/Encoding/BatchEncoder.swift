package import Spans

/// Gathers spans into one message for a receiver. Each is encoded when it comes, so that none has to be kept.
package protocol BatchEncoder: Sendable {
    var spanCount: Int { get }
    /// Of the message, but for a little.
    var byteCount: Int { get }
    mutating func add(_ span: Span)
    /// The message, and an empty encoder again.
    mutating func finish() -> [UInt8]
}
