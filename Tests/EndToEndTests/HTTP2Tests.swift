import TestSupport
import Testing

extension EndToEnd {
    /// net/http's own HTTP/2 over TLS, asked by curl.
    @Suite struct `A span of a request over HTTP/2` {
        private struct Answer {
            var status: String
            var port: Int
        }

        /// Sends a request on a connection of its own. The status is 000 where the server resets the stream.
        private func ask(_ port: UInt16, _ target: String, _ options: [String] = []) throws -> Answer {
            let curl = try Command.run(
                ["/usr/bin/curl", "-s", "-k", "--http2", "-o", "/dev/null", "-w", "%{http_code} %{local_port}"]
                    + options + ["https://127.0.0.1:\(port)\(target)"])
            let words = curl.output.split(separator: " ")
            return Answer(status: String(words.first ?? ""), port: words.last.flatMap { Int($0) } ?? 0)
        }

        @Test(arguments: GoToolchain.all)
        func `says what one over HTTP/1 says`(go: GoToolchain) throws {
            var traced = try TracedServer(go, arguments: ["-tls", "-http2"])
            let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
            let answer = try ask(
                traced.port, "/echo?n=7&q=a%20b",
                [
                    "-H", "Host: shop.example:8080", "-H", "traceparent: \(parent)", "-H", "tracestate: a=1",
                    "-A", "probe/1.0", "-d", "twelve bytes",
                ])
            let trace = try traced.stop(afterSpans: 1)
            let span = try #require(trace.spans.first)
            var expected: [String: AttributeValue] = [
                "http.request.method": "POST", "url.path": "/echo", "url.query": "n=7&q=a%20b",
                "url.scheme": "https", "http.response.status_code": 200, "http.request.body.size": 12,
                "http.response.body.size": 7, "network.protocol.version": "2", "server.address": "shop.example",
                "server.port": 8080, "client.address": "127.0.0.1", "client.port": .integer(answer.port),
                "network.peer.address": "127.0.0.1", "network.peer.port": .integer(answer.port),
                "user_agent.original": "probe/1.0",
            ]
            let hasRoute = (22...26).contains(go.minor)
            if hasRoute { expected["http.route"] = "/echo" }
            #expect(span.attributes == expected)
            #expect(span.name == (hasRoute ? "POST /echo" : "POST"))
            #expect(span.traceId == "0af7651916cd43dd8448eb211c80319c" && span.parentSpanId == "b7ad6b7169203331")
            #expect(span.traceState == "a=1")
            #expect(trace.summary.isBalanced && trace.summary.begun == 1)
        }

        @Test(arguments: GoToolchain.all)
        func `ends however its handler ends`(go: GoToolchain) throws {
            var traced = try TracedServer(go, arguments: ["-tls", "-http2"])
            let targets = [
                "/silent", "/status/404", "/error", "/panic", "/panic-after-write", "/abort", "/goexit", "/timeout",
                "/flush?n=3", "/nowhere", "/middleware/recover/panic",
            ]
            var statuses: [String: String] = [:]
            for target in targets { statuses[target] = try ask(traced.port, target).status }
            let trace = try traced.stop(afterSpans: targets.count)
            #expect(trace.summary.isBalanced && trace.summary.begun == targets.count && trace.summary.inFlight == 0)
            for target in targets {
                let path = String(target.prefix { $0 != "?" })
                let span = try #require(trace.spans(path).first, "\(target)")
                if ["/panic", "/abort", "/goexit"].contains(target) {
                    #expect(span["error.type"] == "aborted" && span.status.code == "ERROR", "\(target)")
                    #expect(statuses[target] == "000" && span["http.response.status_code"] == nil)
                } else if target == "/panic-after-write" {
                    #expect(span["error.type"] == "aborted" && span["http.response.status_code"] != nil)
                } else {
                    #expect(span["http.response.status_code"]?.description == statuses[target], "\(target)")
                }
            }
        }

        /// Streams of one connection run at once, each in a goroutine of its own.
        @Test(arguments: [GoToolchain.oldest, GoToolchain.all.first { $0.minor == 24 }, .newest].compactMap(\.self))
        func `never mixes with those of other streams`(go: GoToolchain) throws {
            var traced = try TracedServer(go, arguments: ["-tls", "-http2"])
            let urls = (0..<200).map { "https://127.0.0.1:\(traced.port)/status/\(200 + $0 % 100)?n=\($0)" }
            let curl = try Command.run(
                ["/usr/bin/curl", "-s", "-k", "--http2", "--parallel", "--parallel-max", "100"]
                    + urls.flatMap { ["-o", "/dev/null", $0] })
            #expect(curl.code == 0)
            let trace = try traced.stop(afterSpans: urls.count)
            #expect(trace.spans.count == urls.count && trace.summary.isBalanced)
            var seen: Set<String> = []
            for span in trace.spans {
                guard case .string(let query) = span["url.query"], let number = Int(query.dropFirst(2)) else {
                    Issue.record("no number in \(span.attributes)")
                    continue
                }
                seen.insert(query)
                #expect(span.path == "/status/\(200 + number % 100)")
                #expect(span["http.response.status_code"] == .integer(200 + number % 100))
            }
            #expect(seen.count == urls.count)
        }
    }
}
