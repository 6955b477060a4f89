import FoundationEssentials
import Testing

@testable import Spans

@Suite struct JSONSpanWriterTests {
    private func line(_ span: Span) -> [UInt8] {
        var buffer: [UInt8] = []
        JSONSpanWriter.append(span, to: &buffer)
        return buffer
    }

    private func parsed(_ span: Span) throws -> JSONValue {
        try JSONDecoder().decode(JSONValue.self, from: Data(line(span)))
    }

    @Test func aLineIsExactlyTheContract() {
        var span = sampleSpan(
            id: 0xab, parent: 2, parentIsRemote: true, status: .init(code: .error, message: "no"),
            attributes: [
                Attribute("s", .string("x")), Attribute("i", .int(-5)), Attribute("d", .double(0.5)),
                Attribute("b", .bool(true)), Attribute("a", .strings(["p", "q"])),
            ])
        span.traceState = "v=1"
        #expect(
            String(decoding: line(span), as: UTF8.self) == """
                {"traceId":"4bf92f3577b34da60000000000000001","spanId":"00000000000000ab",\
                "parentSpanId":"0000000000000002","flags":1,"traceState":"v=1","name":"GET /","kind":"SERVER",\
                "startTimeUnixNano":"1700000000000000000","endTimeUnixNano":"1700000000001000000",\
                "status":{"code":"ERROR","message":"no"},\
                "attributes":{"s":"x","i":-5,"d":0.5,"b":true,"a":["p","q"]},"events":[],"links":[],\
                "resource":{"service.name":"shop"},"scope":{"name":"nodespan/net/http","version":"0.1.0"}}

                """)
    }

    @Test func withoutAParentTheKeyStays() throws {
        let value = try parsed(sampleSpan())
        #expect(value["parentSpanId"] == .string(""))
        #expect(value["traceState"] == .string(""))
        #expect(value["status"]?["message"] == .string(""))
    }

    @Test func eventsAndLinksAreWritten() throws {
        var span = sampleSpan()
        span.events = [
            .init(name: "first", timeUnixNano: .max, attributes: [Attribute("k", .int(1))]),
            .init(name: "second", timeUnixNano: 0),
        ]
        span.links = [
            .init(traceID: TraceID(high: 1, low: 2), spanID: SpanID(3), flags: 1, traceState: "a=1"),
            .init(traceID: TraceID(high: 4, low: 5), spanID: SpanID(6), attributes: [Attribute("k", .bool(false))]),
        ]
        let value = try parsed(span)
        #expect(value["events"]?[0]?["timeUnixNano"] == .string("18446744073709551615"))
        #expect(value["events"]?[0]?["attributes"]?["k"] == .number(1))
        #expect(value["events"]?[1]?["name"] == .string("second"))
        #expect(value["links"]?[0]?["traceId"] == .string("00000000000000010000000000000002"))
        #expect(value["links"]?[0]?["traceState"] == .string("a=1"))
        #expect(value["links"]?[1]?["attributes"]?["k"] == .bool(false))
    }

    @Test(arguments: [
        (Span.Kind.internal, "INTERNAL"), (.server, "SERVER"), (.client, "CLIENT"), (.producer, "PRODUCER"),
        (.consumer, "CONSUMER"),
    ])
    func kindsHaveTheirNames(kind: Span.Kind, name: String) throws {
        var span = sampleSpan()
        span.kind = kind
        #expect(try parsed(span)["kind"] == .string(name))
    }

    @Test(arguments: [(Span.StatusCode.unset, "UNSET"), (.ok, "OK"), (.error, "ERROR")])
    func statusCodesHaveTheirNames(code: Span.StatusCode, name: String) throws {
        #expect(try parsed(sampleSpan(status: .init(code: code)))["status"]?["code"] == .string(name))
    }

    /// Every scalar up to U+0FFF and samples beyond, alone and between others, comes back from another's parser; no
    /// control character is in the line itself.
    @Test func everyTextComesBack() throws {
        var scalars = (0...0xfff as ClosedRange<UInt32>).compactMap(Unicode.Scalar.init)
        scalars += ["\u{2028}", "\u{2029}", "\u{fffd}", "\u{ffff}", "\u{1f600}", "\u{10ffff}"]
        let texts =
            scalars.map { String($0) } + scalars.map { "a\($0)\"\\\($0)" }
            + ["", String(String.UnicodeScalarView(scalars))]
        let written = line(sampleSpan(attributes: [Attribute("list", .strings(texts))]))
        let isClean = !String(decoding: written.dropLast(), as: UTF8.self).unicodeScalars.contains {
            $0.properties.generalCategory == .control
        }
        #expect(isClean)

        let value = try JSONDecoder().decode(JSONValue.self, from: Data(written))
        guard case .array(let list) = value["attributes"]?["list"] else {
            Issue.record("the list is gone")
            return
        }
        #expect(list.count == texts.count)
        for (text, back) in zip(texts, list) {
            guard case .string(let back) = back else {
                Issue.record("\(text.debugDescription) came back as \(back)")
                continue
            }
            // Scalar by scalar, since strings compare by canonical equivalence.
            #expect(back.unicodeScalars.elementsEqual(text.unicodeScalars), "\(text.debugDescription)")
        }
    }

    @Test(arguments: ["\"", "\\", "\n", "\u{0}", "\u{9b}", "é", "a/b"]) func everyKeyComesBack(key: String) throws {
        let value = try parsed(sampleSpan(attributes: [Attribute(key, .int(1))]))
        #expect(value["attributes"] == .object([key: .number(1)]))
    }

    @Test(arguments: [Int64.min, -1, 0, 9, 10, 99, .max]) func integersComeBack(number: Int64) {
        let text = String(decoding: line(sampleSpan(attributes: [Attribute("n", .int(number))])), as: UTF8.self)
        #expect(text.contains("\"n\":\(number)}"))
    }

    @Test(arguments: [0.1, -0.0, 1e300, Double.leastNonzeroMagnitude, 1e16, 3])
    func doublesComeBack(number: Double) throws {
        let value = try parsed(sampleSpan(attributes: [Attribute("n", .double(number))]))
        #expect(value["attributes"]?["n"] == .number(number))
    }

    @Test(arguments: [(Double.nan, "NaN"), (.infinity, "Infinity"), (-.infinity, "-Infinity")])
    func whatIsNoNumberIsAString(number: Double, text: String) throws {
        let value = try parsed(sampleSpan(attributes: [Attribute("n", .double(number))]))
        #expect(value["attributes"]?["n"] == .string(text))
    }

    @Test func linesAreAppended() {
        var buffer: [UInt8] = []
        JSONSpanWriter.append(sampleSpan(), to: &buffer)
        JSONSpanWriter.append(sampleSpan(), to: &buffer)
        #expect(
            buffer.split(separator: UInt8(ascii: "\n")).map(Array.init)
                == Array(repeating: line(sampleSpan()).dropLast(), count: 2).map(Array.init))
    }
}

/// Any JSON, as FoundationEssentials reads it.
enum JSONValue: Decodable, Equatable {
    case string(String)
    case number(Double)
    case bool(Bool)
    case array([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members[key]
    }

    subscript(index: Int) -> JSONValue? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }
}
