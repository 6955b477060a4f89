extension SpanTarget {
    /// An encoder of what goes there, without spans.
    package func makeEncoder() -> any BatchEncoder { TraceRequestEncoder() }
}
