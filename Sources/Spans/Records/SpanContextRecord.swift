package import CBPF

/// What every record of a finished span begins with: `struct ns_span`, decoded.
package struct SpanContextRecord: Sendable {
    package var traceID: TraceID
    package var spanID: SpanID
    /// Absent in the first span of a trace.
    package var parent: SpanID?
    /// The parent came with the request, by its traceparent; else it is a span of the same process.
    package var parentIsRemote: Bool
    /// W3C trace flags.
    package var flags: UInt8
    /// Slot of the process's counters.
    package var countersSlot: UInt32
    package var process: ns_process_image
    package var goid: UInt64
    /// CLOCK_MONOTONIC, nanoseconds.
    package var startNS: UInt64
    /// CLOCK_MONOTONIC, nanoseconds; never before the start.
    package var endNS: UInt64
}
