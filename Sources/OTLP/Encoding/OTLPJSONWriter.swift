internal import Spans

/// Writes the messages of an export request as JSON. Names: opentelemetry-proto 1.x, in lowerCamelCase.
struct OTLPJSONWriter: SpanGroupWriter {
    private(set) var bytes: [UInt8] = []
    private var hasSpans = false

    mutating func append(_ resource: Resource) {
        JSONText.append("{\"attributes\":", to: &bytes)
        append(resource.attributes)
        JSONText.append("}", to: &bytes)
    }

    /// The end is left open, for spans.
    mutating func begin(_ scope: InstrumentationScope) {
        JSONText.append("{\"scope\":{\"name\":", to: &bytes)
        JSONText.append(quoted: scope.name, to: &bytes)
        JSONText.append(",\"version\":", to: &bytes)
        JSONText.append(quoted: scope.version, to: &bytes)
        JSONText.append("},\"spans\":[", to: &bytes)
    }

    mutating func append(_ span: Span) {
        JSONText.append(hasSpans ? ",{\"traceId\":\"" : "{\"traceId\":\"", to: &bytes)
        hasSpans = true
        append(span.traceID)
        JSONText.append("\",\"spanId\":\"", to: &bytes)
        JSONText.append(hexadecimal: span.spanID.value, to: &bytes)
        if let parent = span.parentSpanID {
            JSONText.append("\",\"parentSpanId\":\"", to: &bytes)
            JSONText.append(hexadecimal: parent.value, to: &bytes)
        }
        JSONText.append("\",\"flags\":", to: &bytes)
        JSONText.append(decimal: UInt64(SpanNumbers.flags(of: span)), to: &bytes)
        append(traceState: span.traceState)
        JSONText.append(",\"name\":", to: &bytes)
        JSONText.append(quoted: span.name, to: &bytes)
        JSONText.append(",\"kind\":", to: &bytes)
        JSONText.append(decimal: SpanNumbers.number(of: span.kind), to: &bytes)
        JSONText.append(",\"startTimeUnixNano\":\"", to: &bytes)
        JSONText.append(decimal: span.startUnixNano, to: &bytes)
        JSONText.append("\",\"endTimeUnixNano\":\"", to: &bytes)
        JSONText.append(decimal: span.endUnixNano, to: &bytes)
        JSONText.append("\",\"attributes\":", to: &bytes)
        append(span.attributes)
        append(span.events)
        append(span.links)
        append(span.status)
        bytes.append(UInt8(ascii: "}"))
    }

    private mutating func append(_ events: [Span.Event]) {
        if events.isEmpty { return }
        JSONText.append(",\"events\":[", to: &bytes)
        for (index, event) in events.enumerated() {
            JSONText.append(index > 0 ? ",{\"timeUnixNano\":\"" : "{\"timeUnixNano\":\"", to: &bytes)
            JSONText.append(decimal: event.timeUnixNano, to: &bytes)
            JSONText.append("\",\"name\":", to: &bytes)
            JSONText.append(quoted: event.name, to: &bytes)
            JSONText.append(",\"attributes\":", to: &bytes)
            append(event.attributes)
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func append(_ links: [Span.Link]) {
        if links.isEmpty { return }
        JSONText.append(",\"links\":[", to: &bytes)
        for (index, link) in links.enumerated() {
            JSONText.append(index > 0 ? ",{\"traceId\":\"" : "{\"traceId\":\"", to: &bytes)
            append(link.traceID)
            JSONText.append("\",\"spanId\":\"", to: &bytes)
            JSONText.append(hexadecimal: link.spanID.value, to: &bytes)
            JSONText.append("\",\"flags\":", to: &bytes)
            JSONText.append(decimal: UInt64(link.flags), to: &bytes)
            append(traceState: link.traceState)
            JSONText.append(",\"attributes\":", to: &bytes)
            append(link.attributes)
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func append(_ status: Span.Status) {
        if status.code == .unset && status.message.isEmpty { return }
        JSONText.append(",\"status\":{\"message\":", to: &bytes)
        JSONText.append(quoted: status.message, to: &bytes)
        JSONText.append(",\"code\":", to: &bytes)
        JSONText.append(decimal: SpanNumbers.number(of: status.code), to: &bytes)
        bytes.append(UInt8(ascii: "}"))
    }

    private mutating func append(traceState: String) {
        if traceState.isEmpty { return }
        JSONText.append(",\"traceState\":", to: &bytes)
        JSONText.append(quoted: traceState, to: &bytes)
    }

    private mutating func append(_ traceID: TraceID) {
        JSONText.append(hexadecimal: traceID.high, to: &bytes)
        JSONText.append(hexadecimal: traceID.low, to: &bytes)
    }

    private mutating func append(_ attributes: [Attribute]) {
        bytes.append(UInt8(ascii: "["))
        for (index, attribute) in attributes.enumerated() {
            JSONText.append(index > 0 ? ",{\"key\":" : "{\"key\":", to: &bytes)
            JSONText.append(quoted: attribute.key, to: &bytes)
            JSONText.append(",\"value\":{", to: &bytes)
            append(attribute.value)
            JSONText.append("}}", to: &bytes)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    /// The one member of an AnyValue.
    private mutating func append(_ value: AttributeValue) {
        switch value {
        case .string(let text): append(text)
        case .bool(let flag): JSONText.append(flag ? "\"boolValue\":true" : "\"boolValue\":false", to: &bytes)
        case .int(let number):
            JSONText.append("\"intValue\":\"", to: &bytes)
            JSONText.append(signed: number, to: &bytes)
            bytes.append(UInt8(ascii: "\""))
        case .double(let number):
            JSONText.append("\"doubleValue\":", to: &bytes)
            JSONText.append(number, to: &bytes)
        case .strings(let texts):
            JSONText.append("\"arrayValue\":{\"values\":[", to: &bytes)
            for (index, text) in texts.enumerated() {
                JSONText.append(index > 0 ? ",{" : "{", to: &bytes)
                append(text)
                bytes.append(UInt8(ascii: "}"))
            }
            JSONText.append("]}", to: &bytes)
        }
    }

    private mutating func append(_ text: String) {
        JSONText.append("\"stringValue\":", to: &bytes)
        JSONText.append(quoted: text, to: &bytes)
    }
}
