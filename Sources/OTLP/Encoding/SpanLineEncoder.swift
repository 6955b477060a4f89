package import Spans

/// Gathers spans as JSON lines, as `nodespan trace --format json` prints them.
package struct SpanLineEncoder: BatchEncoder {
    package private(set) var spanCount = 0
    private var lines: [UInt8] = []

    package init() {}

    package var byteCount: Int { lines.count }

    package mutating func add(_ span: Span) {
        JSONSpanWriter.append(span, to: &lines)
        spanCount += 1
    }

    package mutating func finish() -> [UInt8] {
        defer { self = SpanLineEncoder() }
        return lines
    }
}
