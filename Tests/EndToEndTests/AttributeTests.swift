import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite struct `A span says of its request` {
        @Test(arguments: GoToolchain.some)
        func `all that the conventions ask for`(go: GoToolchain) throws {
            var traced = try TracedServer(go)
            let before = Self.unixNanoseconds()
            var connection = try traced.connect()
            try connection.send(
                RawHTTP.request(
                    "POST", "/echo?n=7&q=a%20b", headers: ["User-Agent: probe/1.0 (test)"], body: "twelve bytes"))
            let response = try connection.receive()
            #expect(response.body.count == 7)
            let after = Self.unixNanoseconds()
            let trace = try traced.stop(afterSpans: 1)
            let span = try #require(trace.spans.first)

            var expected: [String: AttributeValue] = [
                "http.request.method": "POST", "url.path": "/echo", "url.query": "n=7&q=a%20b", "url.scheme": "http",
                "http.response.status_code": 200, "http.request.body.size": 12, "http.response.body.size": 7,
                "network.protocol.version": "1.1", "server.address": "shop.example", "server.port": 8080,
                "client.address": "127.0.0.1", "client.port": .integer(Int(connection.localPort)),
                "network.peer.address": "127.0.0.1", "network.peer.port": .integer(Int(connection.localPort)),
                "user_agent.original": "probe/1.0 (test)",
            ]
            if go.minor >= 22 { expected["http.route"] = "/echo" }
            #expect(span.attributes == expected)
            #expect(span.name == (go.minor >= 22 ? "POST /echo" : "POST"))
            #expect(span.kind == "SERVER")
            #expect(span.status == ReceivedSpan.Status(code: "UNSET", message: ""))
            #expect(span.parentSpanId == "" && span.traceState == "" && span.flags & 1 == 1)
            #expect(span.traceId.count == 32 && span.traceId != String(repeating: "0", count: 32))
            #expect(span.spanId.count == 16 && span.spanId != String(repeating: "0", count: 16))
            let start = try #require(UInt64(span.startTimeUnixNano))
            let end = try #require(UInt64(span.endTimeUnixNano))
            // The wall clock is known to a tenth of a millisecond or better.
            #expect(before < start + 100_000 && start < end && end < after + 100_000)
        }

        @Test(arguments: GoToolchain.some)
        func `the route that the server's own request shows`(go: GoToolchain) throws {
            let hasPatterns = go.minor >= 22
            var traced = try TracedServer(go)
            try traced.get("/items/7")
            var connection = try traced.connect()
            try connection.send("GET /orders/8/a/b HTTP/1.1\r\nHost: shop.example\r\n\r\n")
            _ = try connection.receive()
            try traced.get("/middleware/in-place/items/9")
            try traced.get("/middleware/with-context/items/9")
            try traced.get("/middleware/strip-prefix/items/9")
            let trace = try traced.stop(afterSpans: 5)
            #expect(trace.spans.count == 5)
            #expect(trace.spans("/items/7").first?["http.route"] == (hasPatterns ? "/items/{id}" : nil))
            #expect(trace.spans("/items/7").first?.name == (hasPatterns ? "GET /items/{id}" : "GET"))
            #expect(trace.spans("/orders/8/a/b").first?["http.route"] == (hasPatterns ? "/orders/{id}/{rest...}" : nil))
            // The begin is what the client asked for, whatever middleware does to the request afterwards.
            let rewritten = try #require(trace.spans("/middleware/in-place/items/9").first)
            #expect(rewritten["http.request.method"] == "GET" && rewritten["url.query"] == nil)
            for name in ["with-context", "strip-prefix"] {
                let copied = try #require(trace.spans("/middleware/\(name)/items/9").first)
                #expect(copied["http.response.status_code"] == 200 && copied["http.route"] == nil)
            }
        }

        @Test(arguments: GoToolchain.some)
        func `methods, hosts and versions as they came`(go: GoToolchain) throws {
            var traced = try TracedServer(go)
            for method in ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND"] {
                try Self.exchange(traced.port, RawHTTP.request(method, "/m/\(method)", headers: ["Connection: close"]))
            }
            try Self.exchange(traced.port, "GET /old HTTP/1.0\r\n\r\n")
            try Self.exchange(traced.port, "GET /v6 HTTP/1.1\r\nHost: [::1]:99\r\nConnection: close\r\n\r\n")
            try Self.exchange(
                traced.port, "GET http://proxied.example/absolute HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            try Self.exchange(traced.port, "OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            let trace = try traced.stop(afterSpans: 11)
            #expect(trace.spans.count == 11)
            for method in ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"] {
                let span = try #require(trace.spans("/m/\(method)").first)
                #expect(span["http.request.method"] == .string(method) && span.name.hasPrefix(method))
            }
            let other = try #require(trace.spans("/m/PROPFIND").first)
            #expect(other["http.request.method"] == "_OTHER" && other.name.hasPrefix("HTTP"))
            #expect(other["http.request.method_original"] == "PROPFIND")
            let old = try #require(trace.spans("/old").first)
            #expect(old["network.protocol.version"] == "1.0" && old["server.address"] == nil)
            let v6 = try #require(trace.spans("/v6").first)
            #expect(v6["server.address"] == "::1" && v6["server.port"] == 99)
            #expect(trace.spans("/absolute").first?["server.address"] == "proxied.example")
            #expect(trace.spans("*").first?["http.request.method"] == "OPTIONS")
        }

        @Test(arguments: GoToolchain.some)
        func `long texts cut at their bound, and that they were cut`(go: GoToolchain) throws {
            var traced = try TracedServer(go)
            let path = "/" + String(repeating: "p", count: 5000)
            let query = String(repeating: "q", count: 3000)
            try traced.get("\(path)?\(query)", headers: ["User-Agent: " + String(repeating: "u", count: 2000)])
            let trace = try traced.stop(afterSpans: 1)
            let span = try #require(trace.spans.first)
            #expect(span.path.count == 255 && path.hasPrefix(span.path))
            #expect(span["url.query"] == .string(String(query.prefix(255))))
            #expect(span["user_agent.original"] == .string(String(repeating: "u", count: 127)))
            #expect(
                span["nodespan.truncated"] == .list(["url.path", "url.query", "user_agent.original"]))
            #expect(span["http.response.status_code"] == 404)
        }

        @Test(arguments: [GoToolchain.oldest, .newest])
        func `https where the connection is TLS`(go: GoToolchain) throws {
            var traced = try TracedServer(go, arguments: ["-tls"])
            let curl = try Command.run([
                "/usr/bin/curl", "-sk", "--http1.1", "https://127.0.0.1:\(traced.port)/status/202?tls",
                "https://127.0.0.1:\(traced.port)/hello",
            ])
            #expect(curl.code == 0 && curl.output == "hello\n")
            let trace = try traced.stop(afterSpans: 2)
            #expect(trace.spans.count == 2)
            let span = try #require(trace.spans("/status/202").first)
            #expect(span["url.scheme"] == "https" && span["url.query"] == "tls")
            #expect(span["http.response.status_code"] == 202 && span["server.address"] == "127.0.0.1")
        }

        @Test func `who served it`() throws {
            let go = try #require(GoToolchain.all.last)
            var named = try TracedServer(
                go, environment: ["OTEL_SERVICE_NAME": "shop", "OTEL_RESOURCE_ATTRIBUTES": "team=blue,tier=a%2Cb"])
            try named.get("/hello")
            let resource = try #require(try named.stop(afterSpans: 1).spans.first).resource
            #expect(resource["service.name"] == "shop" && resource["team"] == "blue" && resource["tier"] == "a,b")
            #expect(resource["process.pid"] == .integer(Int(named.server.pid)))
            #expect(resource["process.runtime.name"] == "go")
            #expect(resource["telemetry.sdk.language"] == "go" && resource["telemetry.distro.name"] == "nodespan")

            var unnamed = try TracedServer(go, environment: ["OTEL_SERVICE_NAME": "", "OTEL_RESOURCE_ATTRIBUTES": ""])
            try unnamed.get("/hello")
            let own = try #require(try unnamed.stop(afterSpans: 1).spans.first).resource
            #expect(own["service.name"] == .string("httpserver-\(go.version)-stripped"))
        }

        private static func exchange(_ port: UInt16, _ request: String) throws {
            var connection = try RawHTTP(port: port)
            try connection.send(request)
            _ = try connection.receiveToEnd()
        }

        private static func unixNanoseconds() -> UInt64 {
            var now = timespec()
            clock_gettime(CLOCK_REALTIME, &now)
            return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
        }
    }
}
