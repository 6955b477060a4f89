package import Spans

/// Gathers spans into one list of Zipkin's v2 API, by OpenTelemetry's mapping (specification, "OpenTelemetry to Zipkin
/// Transformation"). Links and trace states have no place there.
package struct ZipkinEncoder: BatchEncoder {
    package private(set) var spanCount = 0
    private var bytes: [UInt8] = []

    package init() {}

    package var byteCount: Int { bytes.count }

    package mutating func add(_ span: Span) {
        bytes.append(UInt8(ascii: spanCount == 0 ? "[" : ","))
        append(span)
        spanCount += 1
    }

    package mutating func finish() -> [UInt8] {
        defer { self = ZipkinEncoder() }
        return spanCount == 0 ? Array("[]".utf8) : bytes + [UInt8(ascii: "]")]
    }

    private mutating func append(_ span: Span) {
        JSONText.append("{\"traceId\":\"", to: &bytes)
        JSONText.append(hexadecimal: span.traceID.high, to: &bytes)
        JSONText.append(hexadecimal: span.traceID.low, to: &bytes)
        JSONText.append("\",\"id\":\"", to: &bytes)
        JSONText.append(hexadecimal: span.spanID.value, to: &bytes)
        if let parent = span.parentSpanID {
            JSONText.append("\",\"parentId\":\"", to: &bytes)
            JSONText.append(hexadecimal: parent.value, to: &bytes)
        }
        JSONText.append("\",\"name\":", to: &bytes)
        JSONText.append(quoted: span.name, to: &bytes)
        append(span.kind)
        JSONText.append(",\"timestamp\":", to: &bytes)
        JSONText.append(decimal: span.startUnixNano / 1000, to: &bytes)
        // 0 would stand for a span that isn't over.
        JSONText.append(",\"duration\":", to: &bytes)
        JSONText.append(decimal: max(1, (span.endUnixNano - span.startUnixNano) / 1000), to: &bytes)
        JSONText.append(",\"localEndpoint\":{\"serviceName\":", to: &bytes)
        let service = span.resource.serviceName
        JSONText.append(quoted: service.isEmpty ? "unknown_service" : service, to: &bytes)
        bytes.append(UInt8(ascii: "}"))
        if span.kind == .client || span.kind == .producer { append(ZipkinEndpoint(remoteOf: span.attributes)) }
        append(span.events)
        appendTags(of: span)
        bytes.append(UInt8(ascii: "}"))
    }

    private mutating func append(_ kind: Span.Kind) {
        switch kind {
        case .internal: break
        case .server: JSONText.append(",\"kind\":\"SERVER\"", to: &bytes)
        case .client: JSONText.append(",\"kind\":\"CLIENT\"", to: &bytes)
        case .producer: JSONText.append(",\"kind\":\"PRODUCER\"", to: &bytes)
        case .consumer: JSONText.append(",\"kind\":\"CONSUMER\"", to: &bytes)
        }
    }

    private mutating func append(_ endpoint: ZipkinEndpoint?) {
        guard let endpoint else { return }
        JSONText.append(",\"remoteEndpoint\":{", to: &bytes)
        switch endpoint.host {
        case .service(let name):
            JSONText.append("\"serviceName\":", to: &bytes)
            JSONText.append(quoted: name, to: &bytes)
        case .ipv4(let address):
            JSONText.append("\"ipv4\":", to: &bytes)
            JSONText.append(quoted: address, to: &bytes)
        case .ipv6(let address):
            JSONText.append("\"ipv6\":", to: &bytes)
            JSONText.append(quoted: address, to: &bytes)
        }
        if let port = endpoint.port {
            JSONText.append(",\"port\":", to: &bytes)
            JSONText.append(decimal: UInt64(port), to: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private mutating func append(_ events: [Span.Event]) {
        if events.isEmpty { return }
        JSONText.append(",\"annotations\":[", to: &bytes)
        for (index, event) in events.enumerated() {
            JSONText.append(index > 0 ? ",{\"timestamp\":" : "{\"timestamp\":", to: &bytes)
            JSONText.append(decimal: event.timeUnixNano / 1000, to: &bytes)
            JSONText.append(",\"value\":", to: &bytes)
            JSONText.append(quoted: Self.text(of: event), to: &bytes)
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(UInt8(ascii: "]"))
    }

    /// `"NAME":{"KEY":VALUE,…}`, or just the name without attributes.
    private static func text(of event: Span.Event) -> String {
        if event.attributes.isEmpty { return event.name }
        var text: [UInt8] = []
        JSONText.append(quoted: event.name, to: &text)
        text.append(UInt8(ascii: ":"))
        JSONText.append(event.attributes, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// The span's attributes, the resource's but for those that the span has too and the service's name, the scope and the
    /// status.
    private mutating func appendTags(of span: Span) {
        JSONText.append(",\"tags\":{\"otel.scope.name\":", to: &bytes)
        JSONText.append(quoted: span.scope.name, to: &bytes)
        if !span.scope.version.isEmpty { appendTag("otel.scope.version", span.scope.version) }
        appendTag("otel.dropped_attributes_count", span.droppedAttributes)
        appendTag("otel.dropped_events_count", span.droppedEvents)
        appendTag("otel.dropped_links_count", span.droppedLinks)
        switch span.status.code {
        case .unset: break
        case .ok: appendTag("otel.status_code", "OK")
        case .error:
            appendTag("otel.status_code", "ERROR")
            appendTag("error", span.status.message)
        }
        // Whatever it says, Zipkin takes a span with this tag for a failed one.
        let hasFailed = span.status.code == .error
        for attribute in span.attributes where attribute.key != "error" || !hasFailed && !attribute.value.isFalse {
            appendTag(attribute.key, attribute.value.tag)
        }
        for attribute in span.resource.attributes
        where attribute.key != "service.name" && span.attributes[attribute.key] == nil {
            appendTag(attribute.key, attribute.value.tag)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    /// What limits left out, where that is anything (specification, "Mapping to non-OTLP formats").
    private mutating func appendTag(_ key: String, _ count: UInt32) {
        if count > 0 { appendTag(key, String(count)) }
    }

    private mutating func appendTag(_ key: String, _ value: String) {
        bytes.append(UInt8(ascii: ","))
        JSONText.append(quoted: key, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        JSONText.append(quoted: value, to: &bytes)
    }
}

extension AttributeValue {
    /// As the value of a tag: lists are JSON.
    fileprivate var tag: String {
        switch self {
        case .string(let text): return text
        case .int(let number): return String(number)
        case .double(let number): return number.description
        case .bool(let flag): return flag ? "true" : "false"
        case .strings:
            var text: [UInt8] = []
            JSONText.append(self, to: &text)
            return String(decoding: text, as: UTF8.self)
        }
    }

    fileprivate var isFalse: Bool { self == .bool(false) || self == .string("false") }
}
