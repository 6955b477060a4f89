import Glibc
import Spans
import TestSupport
import Testing

@testable import OTLP

/// What goes over the wire, read by OpenTelemetry's descriptors and Google's Protobuf.
@Suite struct `A request` {
    private func received(
        _ spans: [Span], by speech: ExportProtocol = .httpProtobuf
    ) async throws -> CollectedRequest {
        var collector = try Collector()
        let endpoint = try OTLPEndpoint(collector.url, protocol: speech)
        let target = SpanTarget.receiver(Receiver(endpoint: endpoint, headers: [try OTLPHeader("x-token=a=b c")]))
        var encoder = target.makeEncoder()
        for span in spans { encoder.add(span) }
        let transport = target.makeTransport(userAgent: "nodespan/test")
        let outcome = await transport.send(encoder.finish())
        await transport.shutdown()
        #expect(outcome == .accepted(PartialSuccess()))
        return try #require(try collector.requests(atLeast: 1).first)
    }

    private func json(_ span: Span) throws -> JSONValue {
        var line: [UInt8] = []
        JSONSpanWriter.append(span, to: &line)
        return try JSONValue(line)
    }

    @Test(arguments: [ExportProtocol.httpProtobuf, .httpJSON])
    func `says of each span what its JSON line says, as Google's implementation writes it`(speech: ExportProtocol)
        async throws
    {
        let resource = Resource.named("shop", Attribute("process.pid", .int(7)))
        let spans = (0..<20).map { fullSpan($0 + 1, of: resource) }
        let request = try await received(spans, by: speech)
        #expect(request.canonical)
        #expect(request.spans.map(\.span) == (try spans.map(json)))
        #expect(request.spans.map(\.remoteFlags) == spans.map { $0.parentIsRemote ? 0x300 : 0x100 })
    }

    @Test(arguments: [(ExportProtocol.httpProtobuf, "application/x-protobuf"), (.httpJSON, "application/json")])
    func `is a POST with the headers of OTLP and the operator's`(speech: ExportProtocol, type: String) async throws {
        let request = try await received([sampleSpan(of: .named("shop"))], by: speech)
        #expect(request.path == "/v1/traces")
        #expect(request.headers["content-type"] == type)
        #expect(request.headers["user-agent"] == "nodespan/test")
        #expect(request.headers["x-token"] == "a=b c")
    }

    @Test(arguments: [ExportProtocol.httpProtobuf, .httpJSON])
    func `has each resource once, and each scope once in it`(speech: ExportProtocol) async throws {
        let (shop, pay) = (Resource.named("shop"), Resource.named("pay"))
        let request = try await received(
            [
                sampleSpan(1, of: shop), sampleSpan(2, of: pay), sampleSpan(3, of: shop, scope: "other"),
                sampleSpan(4, of: shop), sampleSpan(5, of: pay),
            ], by: speech)
        #expect(request.resources == 2 && request.groups == [2, 1, 2])
        #expect(request.canonical)
    }

    @Test(
        arguments: [
            (TraceRequestEncoder(), ""), (JSONTraceRequestEncoder(), #"{"resourceSpans":[]}"#),
            (ZipkinEncoder(), "[]"), (SpanLineEncoder(), ""),
        ] as [(any BatchEncoder, String)])
    func `is as long as its encoder says, but for a little`(empty: any BatchEncoder, message: String) {
        var encoder = empty
        for number in 1...100 { encoder.add(fullSpan(UInt64(number), of: .named("shop \(number % 3)"))) }
        #expect(encoder.spanCount == 100)
        let size = encoder.byteCount
        let request = encoder.finish()
        #expect((size...size + 100 * 64).contains(request.count))
        #expect(encoder.spanCount == 0 && encoder.byteCount == 0 && encoder.finish() == Array(message.utf8))
    }
}

@Suite struct `A response` {
    @Test func `of any bytes is read or refused`() {
        var generator = SystemRandomNumberGenerator()
        let valid: [UInt8] = [0x0a, 0x07, 0x08, 0x05, 0x12, 0x03, 0x62, 0x61, 0x64]
        #expect((try? PartialSuccess(decoding: valid)) == PartialSuccess(rejected: 5, message: "bad"))
        for length in valid.indices.dropFirst() {
            #expect(throws: ProtobufReader.Malformed.self) { try PartialSuccess(decoding: Array(valid[..<length])) }
        }
        for _ in 0..<20_000 {
            var bytes = valid
            for _ in 0..<Int.random(in: 1...3) {
                bytes[Int.random(in: bytes.indices, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            if let partial = try? PartialSuccess(decoding: bytes) {
                #expect(partial.message.count <= PartialSuccess.messageLimit)
            }
        }
    }

    @Test(
        arguments: [
            ([], PartialSuccess()), ([0x0a, 0x00], PartialSuccess()),
            // An unknown field of every layout.
            ([0x10, 0x01, 0x1d, 1, 2, 3, 4, 0x21, 1, 2, 3, 4, 5, 6, 7, 8, 0x2a, 0x01, 0x00], PartialSuccess()),
            // Minus one.
            ([0x0a, 0x0b, 0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], PartialSuccess()),
        ] as [([UInt8], PartialSuccess)])
    func `may say nothing, or what nobody knows`(bytes: [UInt8], partial: PartialSuccess) throws {
        #expect(try PartialSuccess(decoding: bytes) == partial)
    }

    @Test(
        arguments: [
            // Longer than there are bytes, by up to 2^64 - 1; a length of more than 64 bits; groups; field 0.
            [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], [0x0a, 0x02, 0x08],
            [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], [0x0b], [0x00, 0x00],
            [0x3d, 1, 2, 3],
        ] as [[UInt8]])
    func `that is no message is refused`(bytes: [UInt8]) {
        #expect(throws: ProtobufReader.Malformed.self) { try PartialSuccess(decoding: bytes) }
    }
}
