internal import Spans

/// Field numbers: opentelemetry-proto 1.x, trace/v1/trace.proto.
extension ProtobufWriter {
    /// Appends a span as a field of ScopeSpans.
    mutating func append(_ span: Span) {
        message(2) { message in
            message.bytes(1, span.traceID.high, span.traceID.low)
            message.bytes(2, span.spanID.value)
            message.string(3, span.traceState)
            if let parent = span.parentSpanID { message.bytes(4, parent.value) }
            message.string(5, span.name)
            message.varint(6, SpanNumbers.number(of: span.kind))
            message.fixed64(7, span.startUnixNano)
            message.fixed64(8, span.endUnixNano)
            message.append(span.attributes, as: 9)
            message.varint(10, UInt64(span.droppedAttributes))
            for event in span.events { message.append(event) }
            message.varint(12, UInt64(span.droppedEvents))
            for link in span.links { message.append(link) }
            message.varint(14, UInt64(span.droppedLinks))
            message.append(span.status)
            message.fixed32(16, SpanNumbers.flags(of: span))
        }
    }

    private mutating func append(_ event: Span.Event) {
        message(11) { message in
            message.fixed64(1, event.timeUnixNano)
            message.string(2, event.name)
            message.append(event.attributes, as: 3)
            message.varint(4, UInt64(event.droppedAttributes))
        }
    }

    /// Whether the other span is of another process isn't known, so that the bits for that stay clear.
    private mutating func append(_ link: Span.Link) {
        message(13) { message in
            message.bytes(1, link.traceID.high, link.traceID.low)
            message.bytes(2, link.spanID.value)
            message.string(3, link.traceState)
            message.append(link.attributes, as: 4)
            message.varint(5, UInt64(link.droppedAttributes))
            message.fixed32(6, UInt32(link.flags))
        }
    }

    private mutating func append(_ status: Span.Status) {
        if status.code == .unset && status.message.isEmpty { return }
        message(15) { message in
            message.string(2, status.message)
            message.varint(3, SpanNumbers.number(of: status.code))
        }
    }
}
