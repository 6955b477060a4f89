package import Spans

/// Gathers spans into one ExportTraceServiceRequest (opentelemetry-proto 1.x, collector/trace/v1), by resource and within
/// that by scope. Each span is encoded when it comes, so that none has to be kept.
///
/// The messages are few, and written straight to bytes: that takes 1.1 µs for a span of 15 attributes, where messages of
/// swift-protobuf 1.39 take 9 µs to be filled and serialized, on the same machine. All of a span is to take 10 µs at most.
package struct TraceRequestEncoder: BatchEncoder {
    private var spans = SpanGroups<ProtobufWriter>()

    package init() {}

    package var spanCount: Int { spans.spanCount }
    package var byteCount: Int { spans.byteCount }

    package mutating func add(_ span: Span) { spans.add(span) }

    package mutating func finish() -> [UInt8] {
        // Each group has at most two headers of at most eleven bytes for itself, and two for each scope.
        var request = ProtobufWriter(capacity: byteCount + spans.groups.count * 64)
        for group in spans.groups {
            request.message(1) { resourceSpans in
                resourceSpans.message(1, group.content)
                for scope in group.scopes { resourceSpans.message(2, scope.content.bytes) }
            }
        }
        spans = SpanGroups()
        return request.bytes
    }
}

extension ProtobufWriter: SpanGroupWriter {
    init() { self.init(capacity: 0) }

    mutating func begin(_ scope: InstrumentationScope) { message(1) { $0.append(scope) } }
}
