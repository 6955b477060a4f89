internal import Spans

/// Writes the messages of an export request as JSON. Names: opentelemetry-proto 1.x, in lowerCamelCase. What has the default
/// value is left out, but for the value of an attribute, whose name tells the type.
struct OTLPJSONWriter: SpanGroupWriter {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ resource: Resource) {
        bytes.append(UInt8(ascii: "{"))
        append(resource.attributes)
        bytes.append(UInt8(ascii: "}"))
    }

    /// The end is left open, for spans.
    mutating func begin(_ scope: InstrumentationScope) {
        JSONText.append("{\"scope\":{", to: &bytes)
        append("\"name\":", text: scope.name)
        append("\"version\":", text: scope.version)
        JSONText.append("},\"spans\":[", to: &bytes)
    }

    mutating func append(_ span: Span) {
        separate()
        JSONText.append("{\"traceId\":\"", to: &bytes)
        append(span.traceID)
        JSONText.append("\",\"spanId\":\"", to: &bytes)
        JSONText.append(hexadecimal: span.spanID.value, to: &bytes)
        if let parent = span.parentSpanID {
            JSONText.append("\",\"parentSpanId\":\"", to: &bytes)
            JSONText.append(hexadecimal: parent.value, to: &bytes)
        }
        bytes.append(UInt8(ascii: "\""))
        append("\"flags\":", number: UInt64(SpanNumbers.flags(of: span)))
        append("\"traceState\":", text: span.traceState)
        append("\"name\":", text: span.name)
        append("\"kind\":", number: SpanNumbers.number(of: span.kind))
        append("\"startTimeUnixNano\":\"", time: span.startUnixNano)
        append("\"endTimeUnixNano\":\"", time: span.endUnixNano)
        append(span.attributes)
        append("\"droppedAttributesCount\":", number: UInt64(span.droppedAttributes))
        append(span.events)
        append("\"droppedEventsCount\":", number: UInt64(span.droppedEvents))
        append(span.links)
        append("\"droppedLinksCount\":", number: UInt64(span.droppedLinks))
        append(span.status)
        bytes.append(UInt8(ascii: "}"))
    }

    private mutating func append(_ events: [Span.Event]) {
        if events.isEmpty { return }
        JSONText.append(",\"events\":[", to: &bytes)
        for event in events {
            separate()
            bytes.append(UInt8(ascii: "{"))
            append("\"timeUnixNano\":\"", time: event.timeUnixNano)
            append("\"name\":", text: event.name)
            append(event.attributes)
            append("\"droppedAttributesCount\":", number: UInt64(event.droppedAttributes))
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func append(_ links: [Span.Link]) {
        if links.isEmpty { return }
        JSONText.append(",\"links\":[", to: &bytes)
        for link in links {
            separate()
            JSONText.append("{\"traceId\":\"", to: &bytes)
            append(link.traceID)
            JSONText.append("\",\"spanId\":\"", to: &bytes)
            JSONText.append(hexadecimal: link.spanID.value, to: &bytes)
            bytes.append(UInt8(ascii: "\""))
            append("\"flags\":", number: UInt64(link.flags))
            append("\"traceState\":", text: link.traceState)
            append(link.attributes)
            append("\"droppedAttributesCount\":", number: UInt64(link.droppedAttributes))
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func append(_ status: Span.Status) {
        if status.code == .unset && status.message.isEmpty { return }
        JSONText.append(",\"status\":{", to: &bytes)
        append("\"message\":", text: status.message)
        append("\"code\":", number: SpanNumbers.number(of: status.code))
        bytes.append(UInt8(ascii: "}"))
    }

    private mutating func append(_ traceID: TraceID) {
        JSONText.append(hexadecimal: traceID.high, to: &bytes)
        JSONText.append(hexadecimal: traceID.low, to: &bytes)
    }

    private mutating func append(_ attributes: [Attribute]) {
        if attributes.isEmpty { return }
        separate()
        JSONText.append("\"attributes\":[", to: &bytes)
        for attribute in attributes {
            separate()
            bytes.append(UInt8(ascii: "{"))
            append("\"key\":", text: attribute.key)
            separate()
            JSONText.append("\"value\":{", to: &bytes)
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
            JSONText.append(texts.isEmpty ? "\"arrayValue\":{" : "\"arrayValue\":{\"values\":[", to: &bytes)
            for text in texts {
                separate()
                bytes.append(UInt8(ascii: "{"))
                append(text)
                bytes.append(UInt8(ascii: "}"))
            }
            JSONText.append(texts.isEmpty ? "}" : "]}", to: &bytes)
        }
    }

    private mutating func append(_ text: String) {
        JSONText.append("\"stringValue\":", to: &bytes)
        JSONText.append(quoted: text, to: &bytes)
    }

    private mutating func append(_ member: StaticString, text: String) {
        if text.isEmpty { return }
        separate()
        JSONText.append(member, to: &bytes)
        JSONText.append(quoted: text, to: &bytes)
    }

    private mutating func append(_ member: StaticString, number: UInt64) {
        if number == 0 { return }
        separate()
        JSONText.append(member, to: &bytes)
        JSONText.append(decimal: number, to: &bytes)
    }

    /// - Parameter member: with the opening quotation mark of the value.
    private mutating func append(_ member: StaticString, time: UInt64) {
        if time == 0 { return }
        separate()
        JSONText.append(member, to: &bytes)
        JSONText.append(decimal: time, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    /// A comma, unless this is the first member. No value ends with an opening bracket outside a string.
    private mutating func separate() {
        guard let last = bytes.last, last != UInt8(ascii: "{"), last != UInt8(ascii: "[") else { return }
        bytes.append(UInt8(ascii: ","))
    }
}
