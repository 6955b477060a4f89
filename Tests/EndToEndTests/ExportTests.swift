import Glibc
import TestSupport
import Testing

extension EndToEnd {
    /// On the first and the last Go release: what is exported doesn't depend on it.
    @Suite struct `Export by OTLP` {
        private static let go = [GoToolchain.all.first, GoToolchain.all.last].compactMap { $0 }

        /// How a receiver is spoken to.
        struct Way: Sendable, CustomTestStringConvertible {
            var go: GoToolchain
            /// Nil for what the URL suggests.
            var spoken: String?
            var isCompressed = false

            var isGRPC: Bool { spoken == "grpc" }
            var path: String {
                isGRPC ? "/opentelemetry.proto.collector.trace.v1.TraceService/Export" : "/v1/traces"
            }
            var options: [String] {
                (spoken.map { ["--otlp-protocol", $0] } ?? []) + (isCompressed ? ["--otlp-compression", "gzip"] : [])
            }
            var testDescription: String { "Go \(go.version) \(options.joined(separator: " "))" }
        }

        private static let ways = [
            Way(go: .oldest), Way(go: .newest, spoken: "http/protobuf", isCompressed: true),
            Way(go: .newest, spoken: "grpc"), Way(go: .oldest, spoken: "grpc", isCompressed: true),
            Way(go: .newest, spoken: "http/json"), Way(go: .oldest, spoken: "http/json", isCompressed: true),
        ]

        @Test(arguments: ways)
        func `has every span as it is printed, field by field`(way: Way) throws {
            var collector = try Collector(speaks: way.isGRPC ? .grpc : .http)
            let url = "http://127.0.0.1:\(collector.port)"
            var traced = try TracedServer(
                way.go, environment: ["OTEL_SERVICE_NAME": "own", "OTEL_RESOURCE_ATTRIBUTES": "a=env,b=env"],
                tracing: way.options + [
                    "--otlp", url, "--otlp-header", "x-token=secret", "--service-name", "shop",
                    "--resource", "a=flag,deployment.environment.name=t%C3%A9st", "--resource", "team=x",
                ])
            try traced.get("/hello?q=1", headers: [Traceparent(1).header, "tracestate: vendor=1,b=2"])
            try traced.get("/items/7", headers: ["User-Agent: \u{e9}\u{1f600}\\\""])
            for path in ["/status/503", "/status/404", "/panic", "/nothing", "/\(String(repeating: "x", count: 300))"] {
                _ = try? traced.get(path)
            }
            var connection = try traced.connect()
            for _ in 0..<600 {
                try connection.send(RawHTTP.request("GET", "/hello"))
                _ = try connection.receive()
            }
            let trace = try traced.stop(afterSpans: 607)

            let printed = try trace.output.split(separator: UInt8(ascii: "\n")).map { try JSONValue($0) }
            let destination = try #require(trace.summary.destinations.first)
            let requests = try collector.requests(atLeast: 2)
            let received = requests.flatMap(\.spans)
            #expect(printed.count == 607 && Set(received.map(\.span)) == Set(printed) && received.count == 607)
            for span in received {
                #expect(span.remoteFlags == (span.span["parentSpanId"] == .string("") ? 0x100 : 0x300))
            }
            #expect(received.count { $0.remoteFlags == 0x300 } == 1)
            #expect(requests.allSatisfy { $0.canonical && $0.spans.count <= 512 && $0.path == way.path })
            let wire = requests.reduce(0) { $0 + $1.wire }
            #expect((4 * wire < requests.reduce(0) { $0 + $1.bytes }) == way.isCompressed, "\(wire) bytes")
            if way.isGRPC {
                #expect(requests.allSatisfy { $0.headers[":authority"] == "127.0.0.1:\(collector.port)" })
                #expect(requests.allSatisfy { (0...10).contains($0.seconds ?? -1) })
            }
            #expect(requests.allSatisfy { $0.headers["x-token"] == "secret" })
            #expect(requests.allSatisfy { $0.headers["user-agent"]?.hasPrefix("nodespan/") == true })

            #expect(trace.summary.isBalanced && destination.isBalanced && destination.exported == 607)
            #expect(destination.endpoint == url + (way.isGRPC ? "" : way.path) && destination.retries == 0)
            #expect(!trace.errors.contains("secret"))

            let resource = try #require(printed.first?["resource"])
            #expect(resource["service.name"] == .string("shop") && resource["team"] == .string("x"))
            #expect(resource["a"] == .string("flag") && resource["b"] == .string("env"))
            #expect(resource["deployment.environment.name"] == .string("tést"))
            #expect(resource["host.arch"] == .string("amd64") && resource["os.type"] == .string("linux"))
        }

        @Test func `goes several ways at once, each with all spans`() throws {
            var collector = try Collector(speaks: .grpc)
            let folder = try TemporaryFolder()
            let file = "\(folder.path)/spans.jsonl"
            let go = try #require(Self.go.last)
            var traced = try TracedServer(
                go,
                tracing: [
                    "--otlp", "http://127.0.0.1:\(collector.port)", "--otlp-protocol", "grpc", "--otlp-compression",
                    "gzip", "--otlp-timeout", "5", "--file", file,
                ])
            for _ in 0..<5 { try traced.get("/hello") }
            let trace = try traced.stop(afterSpans: 5)
            #expect(trace.summary.isBalanced && trace.summary.destinations.map(\.exported) == [5, 5])
            #expect(try collector.requests(atLeast: 1).flatMap(\.spans).count == 5)
            let lines = try readFile(file).split(separator: UInt8(ascii: "\n")).map { try JSONValue($0) }
            #expect(!lines.isEmpty && lines.allSatisfy { $0["resourceSpans"] != nil })
        }

        @Test func `goes on when a busy collector takes spans again`() throws {
            var collector = try Collector(["status:503", "status:429", "ok"])
            let go = try #require(Self.go.last)
            var traced = try TracedServer(go, tracing: ["--otlp", collector.url])
            for _ in 0..<5 { try traced.get("/hello") }
            let hasRecovered = traced.tracer.gather(for: .seconds(20)) { $0.errorText.contains("exporting to") }
            #expect(hasRecovered)
            let trace = try traced.stop(afterSpans: 5)
            let destination = try #require(trace.summary.destinations.first)
            #expect(destination.exported == 5 && destination.retries >= 2 && destination.isBalanced)
            #expect(try collector.requests(atLeast: 3).count { $0.answer == "ok" } == 1)
            #expect(
                Self.messages(trace) == ["can't export to \(collector.url)/v1/traces now, will try again: HTTP 503"])
        }

        @Test func `to a dead collector holds up neither program nor printing nor the end`() throws {
            var collector = try Collector()
            let url = collector.url
            collector.kill()
            let go = try #require(Self.go.last)
            var traced = try TracedServer(go, tracing: ["--otlp", url])
            // More than the queue holds.
            let load = try traced.tracer.run([
                "/usr/bin/ab", "-q", "-k", "-c", "8", "-n", "10000", "http://127.0.0.1:\(traced.port)/hello",
            ])
            #expect(load.code == 0)
            let start = ContinuousClock.now
            let trace = try traced.tracer.stop(afterSpans: 0, decoding: { $0 < 10 })
            #expect(ContinuousClock.now - start < .seconds(4))
            let destination = try #require(trace.summary.destinations.first)
            #expect(trace.code == 0 && trace.summary.isBalanced && trace.summary.lost == 0)
            #expect(trace.lines == 10000 && trace.summary.exported == 10000)
            #expect(destination.isBalanced && destination.spans == 10000)
            #expect(destination.losses == ["stopped": 8192, "queue_full": 10000 - 8192])
            #expect(
                Self.messages(trace)
                    == ["can't export to \(url)/v1/traces now, will try again: connection refused"])
        }

        @Test(arguments: ["nonsense", "html", "garbage", "huge", "close"])
        func `takes no nonsense for success`(answer: String) throws {
            let collector = try Collector([answer])
            let go = try #require(Self.go.last)
            var traced = try TracedServer(go, tracing: ["--otlp", collector.url])
            try traced.get("/hello")
            let hasHeard = traced.tracer.gather(for: .seconds(20)) { $0.errorText.contains(collector.url) }
            #expect(hasHeard)
            let trace = try traced.stop(afterSpans: 1)
            let destination = try #require(trace.summary.destinations.first)
            #expect(trace.code == 0 && trace.summary.exported == 1 && trace.summary.isBalanced)
            #expect(destination.exported == 0 && destination.isBalanced)
            #expect(Self.messages(trace).count == 1)
        }

        @Test func `of a program that was started has all its spans`() throws {
            var collector = try Collector()
            let go = try #require(Self.go.last)
            let binary = try go.build("httpserver", mode: .stripped)
            var tracer = try StartedTracer(["--otlp", collector.url, "--", binary])
            let isListening = tracer.waitForErrors { FixtureServer.port(in: $0) != nil }
            #expect(isListening)
            let port = try #require(FixtureServer.port(in: tracer.printed.errorText))
            var connection = try RawHTTP(port: port)
            try connection.send(RawHTTP.request("GET", "/hello"))
            _ = try connection.receive()
            tracer.send(SIGTERM)
            let trace = try tracer.finish()
            #expect(trace.summary.destinations.first?.exported == 1)
            #expect(try collector.requests(atLeast: 1).first?.spans.first?.span["name"] == .string("GET /hello"))
        }

        @Test(arguments: [
            (["--otlp", "localhost"], "http://localhost:4318"), (["--otlp", "http://u:secret@host"], "header"),
            (["--otlp", "http://host", "--otlp-header", "secret"], "NAME=VALUE"),
            (["--otlp", "http://host", "--otlp-header", "a=secret\n"], "--otlp-header"),
            (["--otlp-header", "a=secret"], "--otlp"), (["--otlp-protocol", "grpc"], "--otlp"),
            (["--otlp", "http://h", "--otlp-protocol", "thrift"], "http/protobuf"),
            (["--otlp", "http://h", "--otlp-protocol", "zipkin"], "--zipkin"),
            (["--otlp", "http://h", "--otlp-compression", "zstd"], "gzip"),
            (["--otlp", "http://h", "--otlp-timeout", "0"], "--otlp-timeout"),
            (["--otlp", "http://h", "--otlp-certificate", "/etc/hosts"], "https://"),
            (["--otlp", "https://h", "--otlp-certificate", "/nowhere"], "No such file"),
            (["--otlp", "https://h", "--otlp-certificate", "/etc/hosts"], "--otlp-certificate"),
            (["--otlp", "https://h", "--otlp-client-key", "/etc/hosts"], "both"),
            (["--zipkin", "zipkin:9411"], "--zipkin"), (["--file", ""], "--file"), (["--resource", "a"], "key=value"),
            (["--resource", "process.pid=1"], "process.pid"), (["--service-name", ""], "service name"),
        ])
        func `refuses what makes no sense, with the remedy and without secrets`(options: [String], word: String) throws
        {
            let result = try Nodespan.run(["trace", "--pid", "1"] + options)
            #expect(result.code == 2 && result.output.isEmpty)
            #expect(result.errors.contains(word) && !result.errors.contains("secret"))
        }

        /// What was said of the collector while it was bad.
        private static func messages(_ trace: Trace) -> [String] {
            trace.errors.split(separator: "\n").filter { $0.contains("127.0.0.1") && !$0.hasPrefix("{") }
                .filter { !$0.hasPrefix("exporting to") }.map(String.init)
        }
    }
}
