import Testing

@testable import Spans

@Suite struct `Limits of spans` {
    private static func span(_ attributes: [Attribute] = [], events: [Span.Event] = [], links: [Span.Link] = []) -> Span
    {
        Span(
            traceID: TraceID(high: 1, low: 2), spanID: SpanID(3), name: "GET", kind: .server, startUnixNano: 1,
            endUnixNano: 2, attributes: attributes, events: events, links: links, resource: Resource(attributes: []),
            scope: InstrumentationScope(name: "", version: ""))
    }

    private static func limited(_ span: Span, _ environment: [String: String], _ bounds: [SpanLimit: Int] = [:]) -> Span
    {
        var span = span
        SpanLimits(environment: environment, bounds: bounds).apply(to: &span)
        return span
    }

    private static func attributes(_ count: Int) -> [Attribute] {
        (0..<count).map { Attribute("k\($0)", .int(Int64($0))) }
    }

    @Test func `keep 128 attributes, events and links where nobody says anything, and count what they leave out`() {
        let link = Span.Link(traceID: TraceID(high: 1, low: 1), spanID: SpanID(1), attributes: Self.attributes(130))
        let event = Span.Event(name: "", timeUnixNano: 1, attributes: Self.attributes(129))
        let whole = Self.span(
            Self.attributes(131), events: Array(repeating: event, count: 140), links: Array(repeating: link, count: 150)
        )
        let span = Self.limited(whole, [:])
        #expect(span.attributes == Self.attributes(128) && span.droppedAttributes == 3)
        #expect(span.events.count == 128 && span.droppedEvents == 12)
        #expect(span.links.count == 128 && span.droppedLinks == 22)
        #expect(span.events.allSatisfy { $0.attributes.count == 128 && $0.droppedAttributes == 1 })
        #expect(span.links.allSatisfy { $0.attributes.count == 128 && $0.droppedAttributes == 2 })
    }

    @Test func `are each set by a variable of its own, and by the one for all`() {
        let whole = Self.span(
            Self.attributes(9), events: [Span.Event(name: "", timeUnixNano: 1, attributes: Self.attributes(9))],
            links: [Span.Link(traceID: TraceID(high: 1, low: 1), spanID: SpanID(1), attributes: Self.attributes(9))])
        func counts(_ environment: [String: String]) -> [Int] {
            let span = Self.limited(whole, environment)
            return [
                span.attributes.count, span.events.first?.attributes.count ?? -1,
                span.links.first?.attributes.count ?? -1,
            ]
        }
        #expect(counts(["OTEL_ATTRIBUTE_COUNT_LIMIT": "4"]) == [4, 4, 4])
        #expect(counts(["OTEL_ATTRIBUTE_COUNT_LIMIT": "4", "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT": "2"]) == [2, 4, 4])
        #expect(
            counts(["OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT": "3", "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT": "1"]) == [9, 3, 1])
        #expect(counts(["OTEL_SPAN_EVENT_COUNT_LIMIT": "0", "OTEL_SPAN_LINK_COUNT_LIMIT": "0"]) == [9, -1, -1])
    }

    /// Flags, family emoji and combining marks: one character to Swift, several code points to the specification.
    @Test func `count characters of values as code points, in lists, too`() {
        let marked = "e\u{301}e\u{301}"
        let whole = Self.span([
            Attribute("long", .string("abcdef")), Attribute("short", .string("abc")),
            Attribute("wide", .string("äöüß")),
            Attribute("marked", .string(marked)), Attribute("list", .strings(["abcd", "ab"])),
            Attribute("number", .int(12345)),
        ])
        for variable in ["OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT"] {
            let values = Self.limited(whole, [variable: "3"]).attributes.map(\.value)
            #expect(
                values == [
                    .string("abc"), .string("abc"), .string("äöü"), .string("e\u{301}e"), .strings(["abc", "ab"]),
                    .int(12345),
                ])
        }
        let empty = Self.limited(whole, ["OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT": "0"])
        #expect(empty.attributes["long"] == .string("") && empty.droppedAttributes == 0)
        #expect(Self.limited(whole, [:]).attributes == whole.attributes)
    }

    @Test func `of the configuration count where a workload asks for none or for more`() {
        let whole = Self.span(Self.attributes(300))
        func count(_ variable: String?, _ bound: Int?) -> Int {
            let environment = variable.map { ["OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT": $0] } ?? [:]
            return Self.limited(whole, environment, bound.map { [.attributeCount: $0] } ?? [:]).attributes.count
        }
        #expect(count(nil, nil) == 128 && count("200", nil) == 200 && count(nil, 256) == 256)
        #expect(count("200", 100) == 100 && count("50", 100) == 50 && count("400", 256) == 256)
    }

    @Test(arguments: ["-1", "many", "1.5", "99999999999999999999", "4294967296"])
    func `that are no numbers are told of and ignored, and the next counts`(value: String) {
        var problems: [SpanLimitProblem] = []
        let limits = SpanLimits(
            environment: ["OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT": value, "OTEL_ATTRIBUTE_COUNT_LIMIT": "7"]
        ) { problems.append($0) }
        var span = Self.span(Self.attributes(9))
        limits.apply(to: &span)
        #expect(span.attributes.count == 7)
        #expect(problems == [SpanLimitProblem(variable: "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", value: value)])
        #expect(problems.first?.description.contains("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT") == true)
    }

    @Test func `show on the span's line what they left out, where that is anything`() {
        var whole = Self.span(Self.attributes(3), events: [Span.Event(name: "e", timeUnixNano: 1)])
        func line() -> String {
            var bytes: [UInt8] = []
            JSONSpanWriter.append(whole, to: &bytes)
            return String(decoding: bytes, as: UTF8.self)
        }
        #expect(!line().contains("dropped"))
        whole.droppedAttributes = 2
        whole.events[0].droppedAttributes = 5
        whole.droppedEvents = 3
        whole.droppedLinks = 4
        let text = line()
        for part in [
            #""k2":2},"droppedAttributesCount":2,"events":["#, #""attributes":{},"droppedAttributesCount":5}],"#,
            #"],"droppedEventsCount":3,"links":[],"droppedLinksCount":4,"resource""#,
        ] {
            #expect(text.contains(part), "\(text)")
        }
    }
}
