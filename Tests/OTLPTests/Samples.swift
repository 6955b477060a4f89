import OTLP
import Spans

extension Resource {
    static func named(_ service: String, _ more: Attribute...) -> Resource {
        Resource(attributes: [Attribute("service.name", .string(service))] + more)
    }
}

/// A span of a request like any other.
func sampleSpan(
    _ id: UInt64 = 1, of resource: Resource, scope: String = "nodespan/net/http", path: String = "/"
) -> Span {
    Span(
        traceID: TraceID(high: 0x4bf9_2f35_77b3_4da6, low: id), spanID: SpanID(id), name: "GET /", kind: .server,
        startUnixNano: 1_700_000_000_000_000_000 + id, endUnixNano: 1_700_000_000_001_000_000 + id,
        attributes: [
            Attribute("http.request.method", .string("GET")), Attribute("url.path", .string(path)),
            Attribute("http.response.status_code", .int(200)),
        ], resource: resource, scope: InstrumentationScope(name: scope, version: "0.1.0"))
}

/// A span that has everything a span can have, with values at the ends of their ranges.
func fullSpan(_ id: UInt64, of resource: Resource) -> Span {
    var span = sampleSpan(id, of: resource)
    span.parentSpanID = SpanID(.max - id)
    span.parentIsRemote = id % 2 == 0
    span.flags = UInt8(truncatingIfNeeded: id)
    span.traceState = "vendor=1,other=x"
    span.kind = [.internal, .server, .client, .producer, .consumer][Int(id % 5)]
    span.status =
        [
            Span.Status(code: .error, message: "no \u{1f600}"), Span.Status(code: .ok), Span.Status(code: .unset),
            Span.Status(code: .error),
        ][Int(id % 4)]
    span.attributes = everyAttribute
    span.events = [
        Span.Event(name: "first", timeUnixNano: .max, attributes: everyAttribute),
        Span.Event(name: "", timeUnixNano: 0),
    ]
    span.links = [
        Span.Link(traceID: TraceID(high: 1, low: 2), spanID: SpanID(3)),
        Span.Link(
            traceID: TraceID(high: .max, low: .max), spanID: SpanID(.max), flags: 255, traceState: "a=1",
            attributes: everyAttribute),
    ]
    span.droppedAttributes = UInt32(id % 3)
    span.droppedEvents = UInt32(id % 2)
    span.droppedLinks = UInt32(id % 5) * 1000
    span.events[0].droppedAttributes = .max
    span.links[1].droppedAttributes = 1
    return span
}

/// Every kind of value; lengths on both sides of where a length takes one more byte; zero and empty ones, which have to
/// keep their type.
private let everyAttribute: [Attribute] = {
    var attributes = [
        Attribute("true", .bool(true)), Attribute("false", .bool(false)), Attribute("zero", .int(0)),
        Attribute("least", .int(.min)), Attribute("greatest", .int(.max)), Attribute("minus one", .int(-1)),
        Attribute("half", .double(0.5)), Attribute("no", .double(0)),
        Attribute("tiny", .double(.leastNonzeroMagnitude)),
        Attribute("no number", .double(.nan)), Attribute("none", .strings([])),
        Attribute("texts", .strings(["", "a", "\u{10ffff}\u{0}\"\\"])),
        Attribute("many", .strings((0..<100).map { "text \($0)" })),
    ]
    for length in [0, 1, 119, 120, 121, 122, 123, 124, 125, 126, 127, 128, 129, 16_370, 16_384] {
        attributes.append(Attribute("length \(length)", .string(String(repeating: "x", count: length))))
    }
    return attributes
}()
