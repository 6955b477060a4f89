/// Renders spans as JSON lines, one object a span.
///
/// The shape is constant: every key is there, `parentSpanId`, `traceState` and `status.message` being empty when there
/// is none.
package enum JSONSpanWriter {
    /// Appends one line, the line feed included, to a buffer that the caller reuses.
    package static func append(_ span: borrowing Span, to buffer: inout [UInt8]) {
        appendContext(of: span, to: &buffer)
        JSONText.append(",\"name\":", to: &buffer)
        JSONText.append(quoted: span.name, to: &buffer)
        JSONText.append(",\"kind\":\"", to: &buffer)
        JSONText.append(name(of: span.kind), to: &buffer)
        JSONText.append("\",\"startTimeUnixNano\":\"", to: &buffer)
        JSONText.append(decimal: span.startUnixNano, to: &buffer)
        JSONText.append("\",\"endTimeUnixNano\":\"", to: &buffer)
        JSONText.append(decimal: span.endUnixNano, to: &buffer)
        JSONText.append("\",\"status\":{\"code\":\"", to: &buffer)
        JSONText.append(name(of: span.status.code), to: &buffer)
        JSONText.append("\",\"message\":", to: &buffer)
        JSONText.append(quoted: span.status.message, to: &buffer)
        JSONText.append("},\"attributes\":", to: &buffer)
        JSONText.append(span.attributes, to: &buffer)
        append(",\"droppedAttributesCount\":", span.droppedAttributes, to: &buffer)
        JSONText.append(",\"events\":[", to: &buffer)
        append(span.events, to: &buffer)
        buffer.append(UInt8(ascii: "]"))
        append(",\"droppedEventsCount\":", span.droppedEvents, to: &buffer)
        JSONText.append(",\"links\":[", to: &buffer)
        append(span.links, to: &buffer)
        buffer.append(UInt8(ascii: "]"))
        append(",\"droppedLinksCount\":", span.droppedLinks, to: &buffer)
        JSONText.append(",\"resource\":", to: &buffer)
        buffer.append(contentsOf: span.resource.json)
        JSONText.append(",\"scope\":{\"name\":", to: &buffer)
        JSONText.append(quoted: span.scope.name, to: &buffer)
        JSONText.append(",\"version\":", to: &buffer)
        JSONText.append(quoted: span.scope.version, to: &buffer)
        JSONText.append("}}\n", to: &buffer)
    }

    private static func appendContext(of span: borrowing Span, to buffer: inout [UInt8]) {
        JSONText.append("{\"traceId\":\"", to: &buffer)
        append(span.traceID, to: &buffer)
        JSONText.append("\",\"spanId\":\"", to: &buffer)
        JSONText.append(hexadecimal: span.spanID.value, to: &buffer)
        JSONText.append("\",\"parentSpanId\":\"", to: &buffer)
        if let parent = span.parentSpanID { JSONText.append(hexadecimal: parent.value, to: &buffer) }
        JSONText.append("\",\"flags\":", to: &buffer)
        JSONText.append(decimal: UInt64(span.flags), to: &buffer)
        JSONText.append(",\"traceState\":", to: &buffer)
        JSONText.append(quoted: span.traceState, to: &buffer)
    }

    /// What limits left out, where that is anything.
    private static func append(_ key: StaticString, _ count: UInt32, to buffer: inout [UInt8]) {
        if count == 0 { return }
        JSONText.append(key, to: &buffer)
        JSONText.append(decimal: UInt64(count), to: &buffer)
    }

    private static func append(_ traceID: TraceID, to buffer: inout [UInt8]) {
        JSONText.append(hexadecimal: traceID.high, to: &buffer)
        JSONText.append(hexadecimal: traceID.low, to: &buffer)
    }

    private static func append(_ events: [Span.Event], to buffer: inout [UInt8]) {
        for (index, event) in events.enumerated() {
            if index > 0 { buffer.append(UInt8(ascii: ",")) }
            JSONText.append("{\"name\":", to: &buffer)
            JSONText.append(quoted: event.name, to: &buffer)
            JSONText.append(",\"timeUnixNano\":\"", to: &buffer)
            JSONText.append(decimal: event.timeUnixNano, to: &buffer)
            JSONText.append("\",\"attributes\":", to: &buffer)
            JSONText.append(event.attributes, to: &buffer)
            append(",\"droppedAttributesCount\":", event.droppedAttributes, to: &buffer)
            buffer.append(UInt8(ascii: "}"))
        }
    }

    private static func append(_ links: [Span.Link], to buffer: inout [UInt8]) {
        for (index, link) in links.enumerated() {
            if index > 0 { buffer.append(UInt8(ascii: ",")) }
            JSONText.append("{\"traceId\":\"", to: &buffer)
            append(link.traceID, to: &buffer)
            JSONText.append("\",\"spanId\":\"", to: &buffer)
            JSONText.append(hexadecimal: link.spanID.value, to: &buffer)
            JSONText.append("\",\"flags\":", to: &buffer)
            JSONText.append(decimal: UInt64(link.flags), to: &buffer)
            JSONText.append(",\"traceState\":", to: &buffer)
            JSONText.append(quoted: link.traceState, to: &buffer)
            JSONText.append(",\"attributes\":", to: &buffer)
            JSONText.append(link.attributes, to: &buffer)
            append(",\"droppedAttributesCount\":", link.droppedAttributes, to: &buffer)
            buffer.append(UInt8(ascii: "}"))
        }
    }

    private static func name(of kind: Span.Kind) -> StaticString {
        switch kind {
        case .internal: "INTERNAL"
        case .server: "SERVER"
        case .client: "CLIENT"
        case .producer: "PRODUCER"
        case .consumer: "CONSUMER"
        }
    }

    private static func name(of code: Span.StatusCode) -> StaticString {
        switch code {
        case .unset: "UNSET"
        case .ok: "OK"
        case .error: "ERROR"
        }
    }
}
