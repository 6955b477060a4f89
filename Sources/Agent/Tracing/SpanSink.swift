package import OTLP
package import Spans

/// Where finished spans go. Called by one thread at a time.
package protocol SpanSink: Sendable {
    /// - Parameter account: of the process that the span is of. A sink either books there what becomes of each span, or tells
    ///   it of all together when it is flushed.
    func take(_ span: Span, to outlet: SpanOutlet, of account: SpanAccount)
    /// Called after each batch, and on a tick of at most 100 ms when there is none.
    /// - Returns: how many of the spans taken since the last call got where they go, and how many were lost, of those that are
    ///   booked in no account.
    func flush() -> SinkOutcome
    /// Called once, after the last span, instead of another `flush`: nothing may be held back any longer.
    func finish() -> SinkOutcome
}

package struct SinkOutcome: Sendable {
    package var exported: UInt64
    package var lost: UInt64

    package init(exported: UInt64, lost: UInt64) {
        self.exported = exported
        self.lost = lost
    }
}
