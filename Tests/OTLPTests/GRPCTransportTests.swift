import Glibc
import Spans
import TestSupport
import Testing

@testable import OTLP

/// Attempts at real servers, grpcio's and others, most of which are no good.
@Suite(.timeLimit(.minutes(3))) struct `A gRPC attempt` {
    private func outcome(_ url: String) async throws -> DeliveryOutcome {
        try await GRPCRun.outcome(Receiver(endpoint: try OTLPEndpoint(url, protocol: .grpc)))
    }

    @Test func `is what its answer says`() async throws {
        func busy(_ text: String, after delay: Duration? = nil, mayHaveArrived: Bool) -> DeliveryOutcome {
            .unavailable(reason: text, retryAfter: delay, mayHaveArrived: mayHaveArrived)
        }
        let expected: [(answer: String, outcome: DeliveryOutcome)] = [
            ("ok", .accepted(PartialSuccess())),
            ("partial:3:too old", .accepted(PartialSuccess(rejected: 3, message: "too old"))),
            ("grpc:1:x", busy("gRPC CANCELLED: x", mayHaveArrived: true)),
            ("grpc:2:x", .refused(reason: "gRPC UNKNOWN: x")),
            ("grpc:3:x", .refused(reason: "gRPC INVALID_ARGUMENT: x")),
            ("grpc:4:x", busy("gRPC DEADLINE_EXCEEDED: x", mayHaveArrived: true)),
            ("grpc:5:x", .refused(reason: "gRPC NOT_FOUND: x")),
            ("grpc:6:x", .refused(reason: "gRPC ALREADY_EXISTS: x")),
            ("grpc:8:x", .refused(reason: "gRPC RESOURCE_EXHAUSTED: x; it doesn't say when to try again")),
            ("grpc:9:x", .refused(reason: "gRPC FAILED_PRECONDITION: x")),
            ("grpc:10:x", busy("gRPC ABORTED: x", mayHaveArrived: true)),
            ("grpc:11:x", busy("gRPC OUT_OF_RANGE: x", mayHaveArrived: true)),
            ("grpc:13:x", .refused(reason: "gRPC INTERNAL: x")),
            ("grpc:14:x", busy("gRPC UNAVAILABLE: x", mayHaveArrived: true)),
            ("grpc:15:x", busy("gRPC DATA_LOSS: x", mayHaveArrived: true)),
            ("retryinfo:14:7", busy("gRPC UNAVAILABLE: later", after: .seconds(7), mayHaveArrived: false)),
            ("retryinfo:8:2.5", busy("gRPC RESOURCE_EXHAUSTED: later", after: .seconds(2.5), mayHaveArrived: false)),
            // Whoever says so may have given up waiting for the receiver.
            ("retryinfo:10:1", busy("gRPC ABORTED: later", after: .seconds(1), mayHaveArrived: true)),
            ("retryinfo:3:1", .refused(reason: "gRPC INVALID_ARGUMENT: later")),
            ("rst:2", busy("the receiver has reset the request: INTERNAL_ERROR", mayHaveArrived: true)),
            ("rst:7", busy("the receiver has reset the request: REFUSED_STREAM", mayHaveArrived: false)),
            ("unprocessed", busy("the receiver is closing the connection", mayHaveArrived: false)),
            ("status:503", busy("HTTP 503 instead of an answer by gRPC", mayHaveArrived: false)),
            ("status:429", busy("HTTP 429 instead of an answer by gRPC", mayHaveArrived: false)),
            ("status:502", busy("HTTP 502 instead of an answer by gRPC", mayHaveArrived: true)),
            (
                "status:500",
                .refused(reason: "HTTP 500 instead of an answer by gRPC; is it an OTLP/gRPC receiver?")
            ),
        ]
        let collector = try Collector(expected.map(\.answer), speaks: .grpc)
        for (answer, outcome) in expected {
            let found = try await self.outcome(collector.url)
            #expect(found == outcome, "\(answer): \(found)")
        }
    }

    @Test func `names the remedy where there is one`() async throws {
        let expected = [
            ("grpc:16:x", "headers"), ("grpc:7:x", "headers"), ("grpc:12:x", "OTLP/gRPC receiver"),
            ("status:401", "headers"), ("status:404", "OTLP/gRPC receiver"),
        ]
        let collector = try Collector(expected.map(\.0), speaks: .grpc)
        for (answer, word) in expected {
            guard case .refused(let reason) = try await outcome(collector.url) else {
                Issue.record("\(answer) is no refusal")
                continue
            }
            #expect(reason.contains(word))
        }
    }

    @Test func `isn't fooled by what is no collector`() async throws {
        let answers = ["html", "garbage", "huge"]
        let collector = try Collector(answers, speaks: .grpc)
        for answer in answers {
            guard case .unconfirmed(let reason) = try await outcome(collector.url) else {
                Issue.record("\(answer) was taken for something else")
                continue
            }
            #expect(reason.contains("is it an OTLP/gRPC receiver?"))
        }
    }

    @Test func `may have got through to a server that doesn't come to an answer`() async throws {
        let answers = ["half", "nonsense", "close", "reset"]
        let collector = try Collector(answers, speaks: .grpc)
        for answer in answers {
            guard case .unavailable(let reason, nil, true) = try await outcome(collector.url) else {
                Issue.record("\(answer) was taken for an answer")
                continue
            }
            #expect(reason.hasPrefix("the connection was closed") || reason == "connection reset by peer")
        }
    }

    @Test func `knows a server that speaks HTTP/1, or not at all`() async throws {
        let collector = try Collector()
        guard case .unavailable(let reason, nil, false) = try await outcome(collector.url) else {
            Issue.record("HTTP/1 was taken for gRPC")
            return
        }
        #expect(reason.contains("doesn't speak HTTP/2") && reason.contains("http/protobuf"), "\(reason)")
        let silence = try SilentListener()
        guard case .unavailable(let nothing, nil, false) = try await outcome("http://127.0.0.1:\(silence.port)") else {
            Issue.record("silence was taken for gRPC")
            return
        }
        #expect(nothing.contains("doesn't speak within 5 seconds"))
    }

    @Test func `fails in plain words where nobody listens, or nobody is`() async throws {
        var collector = try Collector(speaks: .grpc)
        let url = collector.url
        collector.kill()
        #expect(try await outcome(url) == .unavailable(reason: "connection refused", mayHaveArrived: false))
        guard case .unavailable(let reason, nil, false) = try await outcome("http://nobody.invalid:4317") else {
            Issue.record("a host that isn't there was reached")
            return
        }
        #expect(reason.hasPrefix("nobody.invalid: "))
    }

    @Test func `says what it is to say`() async throws {
        var collector = try Collector(speaks: .grpc)
        var receiver = Receiver(
            endpoint: try OTLPEndpoint(collector.url),
            headers: [
                try OTLPHeader("Authorization=Bearer xyz"), try OTLPHeader("x-key-BIN=abc"),
            ])
        receiver.timeout = .milliseconds(7_500)
        receiver.compression = .gzip
        #expect(try await GRPCRun.outcome(receiver, spans: 500) == .accepted(PartialSuccess()))
        let request = try #require(try collector.requests(atLeast: 1).first)
        #expect(request.path == "/opentelemetry.proto.collector.trace.v1.TraceService/Export")
        #expect(request.headers["authorization"] == "Bearer xyz")
        #expect(request.headers["x-key-bin"] == "616263")
        #expect(request.headers["user-agent"] == "nodespan/test")
        #expect(request.headers[":authority"] == "127.0.0.1:\(collector.port)")
        #expect((7...7.5).contains(request.seconds ?? 0))
        #expect(request.spanCount == 500 && request.canonical)
        #expect(request.wire < request.bytes / 4)
    }

    @Test func `ends when it is cancelled, or its time is over`() async throws {
        var collector = try Collector(["hang", "drip", "hang", "ok"], speaks: .grpc)
        let transport = try GRPCRun.transport(collector.url)
        for number in 1...2 {
            let outcome = try await withThrowingTaskGroup(of: DeliveryOutcome.self) { group in
                group.addTask { await transport.send([]) }
                while try collector.requests(atLeast: number, within: .milliseconds(1)).count < number {
                    try await Task.sleep(for: .milliseconds(20))
                }
                group.cancelAll()
                return try await group.next()
            }
            guard case .unavailable(_, nil, true) = outcome else {
                Issue.record("\(String(describing: outcome))")
                continue
            }
        }
        await transport.shutdown()
        let hasty = try GRPCRun.transport(collector.url) { $0.timeout = .milliseconds(200) }
        guard case .unavailable(_, nil, true) = await hasty.send([]) else {
            Issue.record("nobody has answered")
            return
        }
        #expect(await hasty.send([]) == .accepted(PartialSuccess()))
        await hasty.shutdown()
    }

    @Test func `has no connection where nobody speaks in time, and the next one makes another`() async throws {
        let silence = try SilentListener()
        let hasty = try GRPCRun.transport("http://127.0.0.1:\(silence.port)") { $0.timeout = .milliseconds(500) }
        #expect(await hasty.send([]) == .unavailable(reason: "no connection in time", mayHaveArrived: false))
        #expect(await GRPCRun.hasConnections(0, to: silence.port))
        await hasty.shutdown()
    }

    @Test func `may be made again at once where no delay is named`() {
        let url = Array("type.googleapis.com/google.rpc.RetryInfo".utf8)
        let detail = [0x0a, UInt8(url.count)] + url
        func delay(_ detail: [UInt8]) -> Duration? { RetryInfo.delay(inStatus: [0x1a, UInt8(detail.count)] + detail) }
        #expect(delay(detail) == .zero)
        #expect(delay(detail + [0x12, 0]) == .zero)
        #expect(delay(detail + [0x12, 4, 0x0a, 2, 0x08, 7]) == .seconds(7))
        #expect(delay(detail.dropLast() + [0x12, 0]) == nil)
    }

    @Test func `ends when it is cancelled while connecting`() async throws {
        let silence = try SilentListener()
        let transport = try GRPCRun.transport("http://127.0.0.1:\(silence.port)")
        let outcome = await withTaskGroup(of: DeliveryOutcome.self) { group in
            group.addTask { await transport.send([]) }
            #expect(await GRPCRun.hasConnections(1, to: silence.port))
            group.cancelAll()
            return await group.next()
        }
        // Its time would have been over with another reason.
        guard case .unavailable(let reason, nil, false) = outcome, !reason.contains("5 seconds") else {
            Issue.record("\(String(describing: outcome))")
            return
        }
        await transport.shutdown()
        #expect(await GRPCRun.hasConnections(0, to: silence.port))
    }
}
