package import Spans

/// Where finished spans go. Called by one thread at a time.
package protocol SpanSink: Sendable {
    func take(_ span: Span, to outlet: SpanOutlet)
    /// Called after each batch, and on a tick of at most 100 ms when there is none.
    /// - Returns: how many of the spans taken since the last call got where they go, and how many were lost.
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
