import Testing

@testable import Spans

@Suite struct TerminalSpanRendererTests {
    private func renderer(width: Int, hasColour: Bool = false) -> TerminalSpanRenderer {
        TerminalSpanRenderer(width: width, hasColour: hasColour) { seconds in
            LocalTime(hour: Int(seconds / 3_600 % 24), minute: Int(seconds / 60 % 60), second: Int(seconds % 60))
        }
    }

    private func request(
        path: String = "/items/42", query: String? = nil, route: String? = "/items/{id}", status: Int64? = 200,
        durationNS: UInt64 = 1_234_567, service: String = "shop"
    ) -> Span {
        var attributes = [Attribute("http.request.method", .string("GET")), Attribute("url.path", .string(path))]
        if let query { attributes.append(Attribute("url.query", .string(query))) }
        if let route { attributes.append(Attribute("http.route", .string(route))) }
        if let status { attributes.append(Attribute("http.response.status_code", .int(status))) }
        return sampleSpan(
            name: "GET" + (route.map { " \($0)" } ?? ""), startUnixNano: bootUnixNano + 78_000_000,
            durationNS: durationNS, attributes: attributes, service: service)
    }

    private func line(_ span: Span, width: Int = 100, relation: SpanTree.Relation = .root) -> String {
        var renderer = renderer(width: width)
        return renderer.line(.init(span: span, relation: relation, isLast: []))
    }

    @Test func linesAlign() {
        var renderer = renderer(width: 100)
        let spans = [
            request(query: "x=1"), request(path: "/health", route: nil, status: 404, durationNS: 87_654),
            request(path: "/", route: "/", status: 503, durationNS: 2_345_000_000),
        ]
        let lines = spans.map { renderer.line(.init(span: $0, relation: .root, isLast: [])) }
        #expect(
            lines == [
                "22:13:20.078  ● shop      GET /items/{id}  /items/42?x=1                200         1.23ms  4bf92f35",
                "22:13:20.078  ● shop      GET /health                                   404         87.6µs  4bf92f35",
                "22:13:20.078  ● shop      GET /                                         503          2.34s  4bf92f35",
            ])
    }

    @Test func treesAreDrawn() {
        var renderer = renderer(width: 100)
        let rows: [(SpanTree.Relation, [Bool])] = [
            (.remoteParent, []), (.child, [false]), (.child, [false, true]), (.child, [true]), (.child, [true, false]),
            (.orphan, []),
        ]
        let lines = rows.map { renderer.line(.init(span: request(), relation: $0.0, isLast: $0.1)) }
        #expect(
            lines.map { String($0.dropFirst(14).prefix { $0 != "s" }) }
                == ["└─ ", "├─ ", "│  └─ ", "└─ ", "   ├─ ", "?─ "])
    }

    @Test(arguments: 40...200) func noLineIsWiderThanTheTerminal(width: Int) {
        var renderer = renderer(width: width)
        let texts = [
            "/", String(repeating: "/päth", count: 40), String(repeating: "漢", count: 80), "/e\u{301}\u{301}x",
        ]
        for text in texts {
            for depth in [0, 1, 5, 40] {
                let span = request(
                    path: text, query: text, durationNS: .max - bootUnixNano - 1_000_000_000, service: text)
                let row = SpanTree.Row(
                    span: span, relation: depth == 0 ? .root : .child, isLast: Array(repeating: false, count: depth))
                let line = renderer.line(row)
                #expect(TerminalText(line, limit: .max).width <= width)
            }
        }
    }

    @Test func controlSequencesAreNeutralised() {
        let evil = "/\u{1b}[2J\u{1b}]0;owned\u{7}\r\n\u{9b}31m\u{7f}\u{202e}gpj\u{2028}\u{feff}"
        let line = line(request(path: evil, query: evil, route: evil, service: evil), width: 160)
        #expect(
            !line.unicodeScalars.contains {
                [.control, .format, .lineSeparator].contains($0.properties.generalCategory)
            })
        #expect(line.contains("␛[2J␛]0;owned␇␍␊"))
    }

    @Test func coloursAreClosedAndDontMoveColumns() {
        var plain = renderer(width: 100)
        var coloured = renderer(width: 100, hasColour: true)
        let row = SpanTree.Row(span: request(status: 500, durationNS: 2_000_000_000), relation: .root, isLast: [])
        let line = coloured.line(row)
        #expect(line.contains("\u{1b}[31m500\u{1b}[0m"))
        #expect(line.contains("\u{1b}[31m2.00s\u{1b}[0m"))
        #expect(line.replacing(/\u{1b}\[[0-9]+m/, with: "") == plain.line(row))
    }

    @Test func longTextsAreCutWithAnEllipsis() {
        #expect(TerminalText("abcdef", limit: 6).text == "abcdef")
        #expect(TerminalText("abcdef", limit: 5).text == "abcd…")
        #expect(TerminalText("abcdef", limit: 0).text == "")
        #expect(TerminalText("漢字漢字", limit: 5).text == "漢字…")
        #expect(TerminalText("漢字漢字", limit: 6).text == "漢字…")
        #expect(TerminalText("ab\u{301}c", limit: 2).text == "a…")
    }

    @Test func outcomesHaveAWordAndAColour() {
        #expect(SpanOutcome(request(status: 204)).colour == .green)
        #expect(SpanOutcome(request(status: 302)).colour == .cyan)
        #expect(SpanOutcome(request(status: 404)).colour == .yellow)
        #expect(SpanOutcome(request(status: 500)).colour == .red)
        #expect(SpanOutcome(request(status: nil)).text == "hijacked")
        #expect(SpanOutcome(request(status: nil)).colour == .blue)
        var aborted = request(status: 200)
        aborted.attributes.append(Attribute("error.type", .string("aborted")))
        #expect(SpanOutcome(aborted).text == "aborted")
        #expect(SpanOutcome(aborted).colour == .red)
        #expect(SpanOutcome(sampleSpan(status: .init(code: .error))).text == "error")
    }

    /// A client that was handed an error got no status, either.
    @Test func aFailedRequestIsNotHijacked() {
        var failed = sampleSpan(
            status: .init(code: .error), attributes: [Attribute("http.request.method", .string("GET"))])
        failed.kind = .client
        #expect(SpanOutcome(failed).text == "error" && SpanOutcome(failed).colour == .red)
    }

    @Test(
        arguments: [
            (0, .unset, "ok", .green), (5, .unset, "code 5", .yellow), (5, .error, "code 5", .red),
            (999, .error, "code 999", .red), (4_294_967_295, .error, "code …", .red),
        ] as [(Int64, Span.StatusCode, String, TerminalColour)])
    func gRPCCallsShowTheirCode(code: Int64, status: Span.StatusCode, text: String, colour: TerminalColour) {
        let outcome = SpanOutcome(
            sampleSpan(status: .init(code: status), attributes: [Attribute("rpc.grpc.status_code", .int(code))]))
        #expect(outcome.text == text && outcome.colour == colour)
        #expect(TerminalText(outcome.text).width <= SpanOutcome.width)
    }

    @Test func aClientsRequestShowsItsURL() {
        var span = sampleSpan(
            name: "POST", startUnixNano: bootUnixNano + 78_000_000,
            attributes: [
                Attribute("http.request.method", .string("POST")),
                Attribute("url.full", .string("http://stock:80/items?x=1")),
                Attribute("http.response.status_code", .int(201)),
            ])
        span.kind = .client
        #expect(
            line(span)
                == "22:13:20.078  ● shop      POST http://stock:80/items?x=1                201         1.00ms  4bf92f35"
        )
    }

    @Test(
        arguments: [
            (0, "0ns"), (999, "999ns"), (1_000, "1.00µs"), (12_345, "12.3µs"), (999_999, "999µs"),
            (1_050_000, "1.05ms"),
            (123_000_000, "123ms"), (1_500_000_000, "1.50s"), (999_999_999_999, "999s"), (3_600_000_000_000, "1.00h"),
            (.max, "5124095h"),
        ] as [(UInt64, String)])
    func durationsAreShort(nanoseconds: UInt64, text: String) {
        #expect(HumanDuration(nanoseconds: nanoseconds).text == text)
    }

    @Test func theLocalTimeIsTheMachines() {
        let time = LocalTime.local(unixSeconds: 0)
        #expect(time.second == 0)
        #expect(LocalTime.local(unixSeconds: 59).second == 59)
        #expect(LocalTime.local(unixSeconds: 60).minute == (time.minute + 1) % 60)
    }
}
