import Spans
import TestSupport
import Testing

@testable import OTLP

/// What Zipkin's v2 API is to be told (zipkin-api, zipkin2-api.yaml), by OpenTelemetry's mapping.
@Suite struct `Spans for Zipkin` {
    private func received(_ spans: [Span], compression: Receiver.Compression = .none) async throws -> [JSONValue] {
        var collector = try Collector()
        var receiver = Receiver(endpoint: try OTLPEndpoint(collector.url, protocol: .zipkin))
        receiver.compression = compression
        let target = SpanTarget.receiver(receiver)
        var encoder = target.makeEncoder()
        for span in spans { encoder.add(span) }
        let transport = target.makeTransport(userAgent: "nodespan/test")
        #expect(await transport.send(encoder.finish()) == .accepted(PartialSuccess()))
        await transport.shutdown()
        let request = try #require(try collector.requests(atLeast: 1).first)
        #expect(request.path == "/api/v2/spans" && request.headers["content-type"] == "application/json")
        guard case .array(let spans) = request.zipkin else { return [] }
        return spans
    }

    private var client: Span {
        Span(
            traceID: TraceID(high: 0x4bf9_2f35_77b3_4da6, low: 0xa3), spanID: SpanID(0xb7), parentSpanID: SpanID(0xc5),
            traceState: "vendor=1", name: "GET /items", kind: .client, startUnixNano: 1_700_000_000_000_001_999,
            endUnixNano: 1_700_000_000_001_236_001, status: Span.Status(code: .error, message: "no \"answer\""),
            attributes: [
                Attribute("http.request.method", .string("GET")), Attribute("server.address", .string("items")),
                Attribute("server.port", .int(8080)), Attribute("http.response.status_code", .int(503)),
                Attribute("half", .double(0.5)), Attribute("is", .bool(true)), Attribute("error", .bool(false)),
                Attribute("list", .strings(["a", "b\"c"])), Attribute("host.name", .string("the span's")),
            ],
            events: [
                Span.Event(
                    name: "retry", timeUnixNano: 1_700_000_000_000_500_999,
                    attributes: [Attribute("after", .int(5)), Attribute("why", .string("503"))]),
                Span.Event(name: "sent", timeUnixNano: 1_700_000_000_000_600_000),
            ],
            links: [Span.Link(traceID: TraceID(high: 1, low: 2), spanID: SpanID(3))],
            resource: .named(
                "shop", Attribute("service.namespace", .string("eu")), Attribute("host.name", .string("n1"))),
            scope: InstrumentationScope(name: "nodespan/net/http", version: "0.1.0"))
    }

    @Test(arguments: Receiver.Compression.allCases)
    func `say what the mapping has a place for`(compression: Receiver.Compression) async throws {
        let expected = #"""
            [{"traceId":"4bf92f3577b34da600000000000000a3","id":"00000000000000b7","parentId":"00000000000000c5",
            "name":"GET /items","kind":"CLIENT","timestamp":1700000000000001,"duration":1234,
            "localEndpoint":{"serviceName":"shop"},"remoteEndpoint":{"serviceName":"items","port":8080},
            "annotations":[{"timestamp":1700000000000500,"value":"\"retry\":{\"after\":5,\"why\":\"503\"}"},
            {"timestamp":1700000000000600,"value":"sent"}],
            "tags":{"http.request.method":"GET","server.address":"items","server.port":"8080",
            "http.response.status_code":"503","half":"0.5","is":"true","list":"[\"a\",\"b\\\"c\"]",
            "host.name":"the span's","service.namespace":"eu","otel.scope.name":"nodespan/net/http",
            "otel.scope.version":"0.1.0","otel.status_code":"ERROR","error":"no \"answer\""}}]
            """#
        let spans = try await received([client], compression: compression)
        #expect(JSONValue.array(spans) == (try JSONValue(expected.utf8)))
    }

    @Test func `leave out what there isn't, say what limits left out, and take a microsecond at least`() async throws {
        var span = sampleSpan(7, of: Resource(attributes: []))
        (span.droppedAttributes, span.droppedEvents, span.droppedLinks) = (3, 2, 1)
        (span.kind, span.endUnixNano, span.attributes) = (.internal, span.startUnixNano + 999, [])
        span.scope = InstrumentationScope(name: "one", version: "")
        let expected = #"""
            [{"traceId":"4bf92f3577b34da60000000000000007","id":"0000000000000007","name":"GET /",
            "timestamp":1700000000000000,"duration":1,"localEndpoint":{"serviceName":"unknown_service"},
            "tags":{"otel.scope.name":"one","otel.dropped_attributes_count":"3",
            "otel.dropped_events_count":"2","otel.dropped_links_count":"1"}}]
            """#
        #expect(JSONValue.array(try await received([span])) == (try JSONValue(expected.utf8)))
    }

    @Test func `tell failures by the status alone`() async throws {
        var spans = [client, client, client, client]
        spans[0].status = Span.Status(code: .unset)
        spans[1].status = Span.Status(code: .ok)
        spans[2].status = Span.Status(code: .error)
        spans[3].status = Span.Status(code: .unset)
        spans[3].attributes = [Attribute("error", .string("its own"))]
        let tags = try await received(spans).map { $0["tags"] }
        #expect(tags.map { $0?["error"] } == [nil, nil, .string(""), .string("its own")])
        #expect(tags.map { $0?["otel.status_code"] } == [nil, .string("OK"), .string("ERROR"), nil])
    }

    @Test func `have kinds, and the other side only where they call it`() async throws {
        let kinds: [Span.Kind] = [.internal, .server, .client, .producer, .consumer]
        let spans = kinds.map { kind in
            var span = client
            span.kind = kind
            return span
        }
        let received = try await received(spans)
        #expect(received.map { $0["kind"]?.string } == [nil, "SERVER", "CLIENT", "PRODUCER", "CONSUMER"])
        #expect(received.map { $0["remoteEndpoint"] != nil } == [false, false, true, true, false])
    }

    @Test(
        arguments: [
            (["peer.service": "items", "server.address": "10.0.0.1"], ZipkinEndpoint(host: .service("items"))),
            (
                ["server.address": "10.0.0.1", "network.peer.address": "10.0.0.2"],
                ZipkinEndpoint(host: .service("10.0.0.1"))
            ),
            (["network.peer.address": "10.0.0.2"], ZipkinEndpoint(host: .ipv4("10.0.0.2"))),
            (["network.peer.address": "fd12::7", "db.namespace": "orders"], ZipkinEndpoint(host: .ipv6("fd12::7"))),
            (["network.peer.address": "/run/db.sock"], ZipkinEndpoint(host: .service("/run/db.sock"))),
            (["db.namespace": "orders"], ZipkinEndpoint(host: .service("orders"))), (["url.path": "/"], nil),
        ] as [([String: String], ZipkinEndpoint?)])
    func `name the other side by the best that is known of it`(texts: [String: String], endpoint: ZipkinEndpoint?) {
        #expect(ZipkinEndpoint(remoteOf: texts.map { Attribute($0, .string($1)) }) == endpoint)
    }

    @Test func `are taken whatever the receiver says beside it, and refused or kept by OTLP's rules`() async throws {
        let answers = ["html", "garbage", "status:202:fine", "status:400:why", "status:404", "status:503:full"]
        let collector = try Collector(answers)
        let endpoint = try OTLPEndpoint(collector.url, protocol: .zipkin)
        let transport = HTTPTransport(Receiver(endpoint: endpoint), userAgent: "nodespan/test")
        var outcomes: [DeliveryOutcome] = []
        for _ in answers { outcomes.append(await transport.send(Array("[]".utf8))) }
        await transport.shutdown()
        let taken = DeliveryOutcome.accepted(PartialSuccess())
        #expect(
            outcomes == [
                taken, taken, taken, .refused(reason: "HTTP 400: why"),
                .refused(reason: "HTTP 404; is it a Zipkin receiver, and the URL right?"),
                .unavailable(reason: "HTTP 503: full", mayHaveArrived: false),
            ])
    }
}
