import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite struct `The rate of spans, and what spans hold,` {
        private static let go = GoToolchain.newest

        private static func configuration(_ collector: borrowing Collector, _ more: String = "") -> String {
            """
            apiVersion: nodespan/v1
            rules: [{name: all, match: {executable: FOLDER/*}}]
            destinations: [{name: near, endpoint: "\(collector.url)"}]
            \(more)
            """
        }

        private static func start(
            _ collector: borrowing Collector, _ more: String = "", program: String = "httpserver",
            environment: [String: String] = [:]
        ) throws -> (Box<RunningAgent>, Box<FixtureServer>) {
            var agent = try RunningAgent(configuration(collector, more))
            let binary = try agent.install(go.build(program, mode: .stripped), as: "server")
            let server = try FixtureServer(binary: binary, environment: environment)
            try agent.wait(for: "(pid \(server.pid), ")
            return (Box(agent), Box(server))
        }

        /// For tuples, which hold only what can be copied.
        final class Box<Value: ~Copyable> {
            var value: Value

            init(_ value: consuming Value) {
                self.value = value
            }
        }

        @Test func `are capped for each process: what is more is lost, and counted`() throws {
            var collector = try Collector()
            let (agent, server) = try Self.start(collector, "limits: {spansPerSecond: 20}")
            let port = server.value.port
            let start = ContinuousClock.now
            for number in 0..<300 { try get("/hello?\(number)", port) }
            let elapsed = ContinuousClock.now - start
            let most = 20 + Int(elapsed / .seconds(1) * 20) + 1
            // Whoever called has decided otherwise, and that takes no part of it.
            for number in 0..<10 {
                var connection = try RawHTTP(port: port)
                let parent = Traceparent(number + 1, flags: "00")
                try connection.send(RawHTTP.request("GET", "/hello", headers: [parent.header]))
                _ = try connection.receive()
            }
            try agent.value.reload(Self.configuration(collector))
            for _ in 0..<100 { try get("/hello?free", port) }
            let trace = try agent.value.stop()
            let spans = try collector.requests(atLeast: 1).flatMap(\.spans).map(\.span)
            let free = spans.count { $0["attributes"]?["url.query"] == .string("free") }
            let (kept, lost) = (spans.count - free, trace.summary.losses["rate_cap"] ?? 0)
            #expect(free == 100 && (20...most).contains(kept), "\(kept) of 300 in \(elapsed)")
            #expect(lost == 300 - kept && trace.summary.unsampled == 10 && trace.summary.begun == 410)
            #expect(trace.summary.isBalanced && trace.summary.lost == lost, "\(trace.errors)")
        }

        /// A request, and the calls that its handler makes.
        @Test func `are capped by leaving out whole traces`() throws {
            var collector = try Collector()
            let (agent, server) = try Self.start(collector, "limits: {spansPerSecond: 30}", program: "parents")
            for number in 0..<100 { try get("/goroutine/many?id=\(number)", server.value.port) }
            let trace = try agent.value.stop()
            let spans = try collector.requests(atLeast: 1).flatMap(\.spans).map(\.span)
            let traces = Dictionary(grouping: spans) { $0["traceId"]?.string ?? "" }
            let sizes = Set(traces.values.map(\.count))
            #expect(sizes.count == 1 && (sizes.first ?? 0) > 1 && traces.count < 100, "\(sizes) in \(traces.count)")
            #expect(trace.summary.losses == ["rate_cap": 100 - traces.count] && trace.summary.isBalanced)
            #expect(trace.summary.unsampled == (100 - traces.count) * ((sizes.first ?? 0) - 1), "\(trace.errors)")
        }

        @Test func `follow what a server of sampling strategies says, from one request to the next`() throws {
            var collector = try Collector()
            let folder = try TemporaryFolder()
            let file = "\(folder.path)/strategies.json"
            func say(_ text: String) throws { try writeFile(file, Array(text.utf8)) }
            try say(#"{"shop & co": {"strategyType": "PROBABILISTIC", "probabilisticSampling": {"samplingRate": 1}}}"#)
            var strategies = try ChildProcess(["/usr/bin/env", "python3", Self.fixture, file])
            var printed = GatheredOutput(of: strategies)
            printed.gather(for: .seconds(20)) { $0.outputLines > 0 }
            let asked = try #require(FixtureServer.port(in: printed.outputText))
            let (agent, server) = try Self.start(
                collector,
                environment: [
                    "OTEL_SERVICE_NAME": "shop & co", "OTEL_TRACES_SAMPLER": "parentbased_jaeger_remote",
                    "OTEL_TRACES_SAMPLER_ARG":
                        "endpoint=127.0.0.1:\(asked),pollingIntervalMs=1000,initialSamplingRate=0",
                ])
            let (pid, port) = (server.value.pid, server.value.port)
            try agent.value.wait(for: "says to keep a share of 1.0 of the traces")
            try agent.value.wait(for: "process \(pid) is traced by rule all from now on")
            for _ in 0..<10 { try get("/hello?all", port) }

            try say(
                #"{"default": {"strategyType": "RATE_LIMITING", "rateLimitingSampling": {"maxTracesPerSecond": 2}}}"#)
            // What it says so soon again is obeyed, but not told of.
            try agent.value.wait(for: "process \(pid) is traced by rule all from now on", count: 2)
            let start = ContinuousClock.now
            for _ in 0..<100 { try get("/hello?limited", port) }
            let most = 2 + Int((ContinuousClock.now - start) / .seconds(1) * 2) + 1

            // What it said last counts on.
            try say("{}")
            agent.value.read(until: .now + .seconds(3))
            try get("/hello?later", port)
            let operation = #"{"operation": "GET", "probabilisticSampling": {"samplingRate": 0.5}}"#
            try say(
                """
                {"default": {"strategyType": "PROBABILISTIC", "operationSampling": {"defaultSamplingProbability": 0,
                 "perOperationStrategies": [\(operation)]}}}
                """)
            try agent.value.wait(for: "process \(pid) is traced by rule all from now on", count: 3)
            for _ in 0..<10 { try get("/hello?none", port) }

            let trace = try agent.value.stop()
            let queries = try collector.requests(atLeast: 1).flatMap(\.spans).compactMap {
                $0.span["attributes"]?["url.query"]?.string
            }
            func count(_ query: String) -> Int { queries.count { $0 == query } }
            #expect(count("all") == 10 && count("later") == 1 && count("none") == 0, "\(trace.errors)")
            #expect((2...most).contains(count("limited")), "\(count("limited"))")
            #expect(trace.summary.begun == 121 && trace.summary.unsampled == 121 - queries.count)
            #expect(trace.summary.isBalanced && trace.summary.lost == 0, "\(trace.errors)")
            strategies.kill()
            _ = strategies.wait()
            printed.gather(for: .seconds(5)) { _ in false }
            #expect(printed.outputText.contains("asked for shop & co\n"))
        }

        private static let fixture =
            #filePath.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 }
            + "/Fixtures/sampling/strategies.py"

        @Test func `stay within the limits of the workload and of the configuration`() throws {
            var collector = try Collector()
            let (agent, server) = try Self.start(
                collector, "limits: {attributeCount: 5}",
                environment: ["OTEL_ATTRIBUTE_COUNT_LIMIT": "50", "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT": "4"])
            try get("/hello?abcdefgh", server.value.port)
            let trace = try agent.value.stop()
            let span = try #require(try collector.requests(atLeast: 1).flatMap(\.spans).first).span
            guard case .object(let attributes)? = span["attributes"],
                case .integer(let left)? = span["droppedAttributesCount"]
            else {
                Issue.record("\(span) \(trace.errors)")
                return
            }
            #expect(attributes.count == 5 && left > 0)
            #expect(span["attributes"]?["url.path"] == .string("/hel"))
            #expect(span["attributes"]?["url.query"] == .string("abcd"))
        }

        @Test func `don't tell what the configuration keeps back, from its reload on`() throws {
            var collector = try Collector()
            let (agent, server) = try Self.start(
                collector, "redaction: {attributes: [{key: user_agent.*, action: remove}]}")
            let port = server.value.port
            try get("/hello?mail=bob@example.org", port)
            _ = try collector.requests(atLeast: 1)
            let redaction = """
                redaction:
                  query: [token]
                  attributes: [{key: process.pid, action: remove}, {key: url.path, action: hash}]
                  values: [{pattern: email}, {pattern: "sk_*", replacement: KEY}]
                """
            try agent.value.reload(Self.configuration(collector, redaction))
            try get("/hello?mail=bob%40example.org&key=sk_live1&token=x", port)
            _ = try agent.value.stop()
            let spans = try collector.requests(atLeast: 2).flatMap(\.spans).map(\.span)
            let (first, second) = (try #require(spans.first), try #require(spans.last))
            #expect(first["attributes"]?["url.query"] == .string("mail=bob@example.org"))
            #expect(first["resource"]?["process.pid"] != nil)
            #expect(second["attributes"]?["url.query"] == .string("mail=REDACTED&key=KEY&token=REDACTED"))
            // sha256sum's of "/hello".
            #expect(second["attributes"]?["url.path"]?.string?.count == 64 && second["resource"]?["process.pid"] == nil)
        }
    }
}
