import TestSupport
import Testing

extension EndToEnd {
    @Suite struct `A request of an HTTP client` {
        @Test(arguments: GoToolchain.all)
        func `over HTTP/1 is a span of two hits`(go: GoToolchain) throws {
            let server = try TracedClient.server()
            let url = "http://user:secret@127.0.0.1:\(server.port)/size/5?sig=secret&q=a&token=secret"
            var client = try TracedClient(
                go, tracing: ["--redact-query", "token"],
                ["-body", "hello", "-agent", "shop/2", "-pause", "1s", url, "20"])
            #expect(try client.hits(afterLines: 20) == 40)
            let trace = try client.finish()
            #expect(trace.summary.isBalanced && trace.summary.begun == 20 && trace.summary.exported == 20)
            let expected: [String: AttributeValue] = [
                "http.request.method": "POST",
                "url.full": .string(
                    "http://REDACTED:REDACTED@127.0.0.1:\(server.port)/size/5?sig=REDACTED&q=a&token=REDACTED"),
                "server.address": "127.0.0.1", "server.port": .integer(Int(server.port)),
                "http.response.status_code": 200, "network.protocol.version": "1.1", "http.request.body.size": 5,
                "http.response.body.size": 5, "user_agent.original": "shop/2",
            ]
            for span in trace.spans {
                #expect(span.name == "POST" && span.kind == "CLIENT" && span.status.code == "UNSET")
                #expect(span.parentSpanId.isEmpty && span.duration > 0)
                #expect(span.attributes == expected)
            }
        }

        /// Of HTTP/2, the first one on a connection passes one probe more.
        @Test(arguments: GoToolchain.all)
        func `over TLS is a span of two hits, whatever the protocol`(go: GoToolchain) throws {
            for (options, version, extra) in [(["-tls"], "1.1", 0), (["-tls", "-http2"], "2", 1)] {
                let server = try FixtureServer(.newest, arguments: options)
                var client = try TracedClient(
                    go, ["-insecure", "-pause", "1s", "https://127.0.0.1:\(server.port)/status/404", "20"])
                #expect(try client.hits(afterLines: 20) == 40 + extra)
                let trace = try client.finish()
                #expect(trace.summary.isBalanced && trace.spans.count == 20)
                for span in trace.spans {
                    #expect(span["url.full"] == .string("https://127.0.0.1:\(server.port)/status/404"))
                    #expect(span["network.protocol.version"] == .string(version))
                    #expect(span["http.response.status_code"] == 404 && span["error.type"] == "404")
                    #expect(span.name == "GET" && span.status.code == "ERROR")
                }
            }
        }

        struct Library: Sendable, CustomTestStringConvertible {
            var minor: Int
            var suite: String
            var hits: Int
            var testDescription: String { "\(suite)'s golang.org/x/net with Go 1.\(minor)" }
        }

        /// With Go 1.27, net/http speaks it, where each request passes one probe more.
        @Test(arguments: [
            Library(minor: 19, suite: "bookworm", hits: 2), Library(minor: 24, suite: "trixie", hits: 2),
            Library(minor: 26, suite: "sid", hits: 2), Library(minor: 27, suite: "sid", hits: 3),
        ])
        func `over HTTP/2 without TLS is a span`(library: Library) throws {
            let go = try #require(GoToolchain.all.first { $0.minor == library.minor })
            let server = try FixtureServer(
                binary: GoToolchain.oldest.build("tricks", mode: .stripped, gopath: "bookworm"))
            var client = try TracedClient(
                go, gopath: library.suite, ["-h2c", "-pause", "1s", "http://127.0.0.1:\(server.port)/ok", "20"])
            #expect(try client.hits(afterLines: 20) == 20 * library.hits)
            let trace = try client.finish()
            #expect(trace.summary.isBalanced && trace.spans.count == 20)
            let isRight = trace.spans.allSatisfy {
                $0["network.protocol.version"] == "2" && $0["http.response.status_code"] == 200
            }
            #expect(isRight)
            // No connection, no HTTP/2, no such protocol.
            for (url, error) in [
                ("http://127.0.0.1:1/", "*net.OpError"),
                ("http://127.0.0.1:\(try TracedClient.server().port)/", nil),
            ] {
                var client = try TracedClient(go, gopath: library.suite, ["-h2c", url])
                let trace = try client.finish()
                #expect(trace.summary.isBalanced && trace.summary.exported == 1 && trace.spans.count == 1)
                #expect(trace.spans.first?.status.code == "ERROR")
                if let error { #expect(trace.spans.first?["error.type"] == .string(error)) }
            }
        }

        @Test(arguments: GoToolchain.some) func `is counted anew for each redirect`(go: GoToolchain) throws {
            let server = try TracedClient.server()
            var client = try TracedClient(go, ["http://127.0.0.1:\(server.port)/redirect/3"])
            let trace = try client.finish()
            #expect(trace.summary.isBalanced)
            #expect(trace.spans.map { $0["http.response.status_code"] } == [302, 302, 302, 200])
            #expect(trace.spans.map { $0["http.request.resend_count"] } == [nil, 1, 2, 3])
        }

        @Test(arguments: GoToolchain.some) func `may be sent twice by the application`(go: GoToolchain) throws {
            let server = try TracedClient.server()
            var client = try TracedClient(go, ["-wrapped", "-body", "x", "http://127.0.0.1:\(server.port)/busy"])
            let trace = try client.finish()
            #expect(trace.summary.isBalanced)
            #expect(trace.spans.map { $0["http.response.status_code"] } == [503, 200])
        }

        @Test(arguments: [("always_off", 0), ("always_on", 5)])
        func `is sampled as the sampler says`(sampler: String, spans: Int) throws {
            let server = try TracedClient.server()
            var client = try TracedClient(
                .newest, tracing: ["--sampler", sampler], ["http://127.0.0.1:\(server.port)/status/200", "5"])
            let trace = try client.finish()
            #expect(trace.summary.isBalanced && trace.summary.begun == 5)
            #expect(trace.summary.exported == spans && trace.summary.unsampled == 5 - spans)
        }

        /// 64 at a time, each with a number and a status of its own.
        @Test(arguments: GoToolchain.some, ["http", "https"])
        func `never mixes with others`(go: GoToolchain, scheme: String) throws {
            let server =
                scheme == "http"
                ? try TracedClient.server() : try FixtureServer(.newest, arguments: ["-tls", "-http2"])
            var client = try TracedClient(
                go, ["-insecure", "-workers", "64", "\(scheme)://127.0.0.1:\(server.port)", "5000"])
            let trace = try client.finish()
            #expect(trace.errors.contains("right 5000"), "\(trace.errors)")
            #expect(trace.summary.isBalanced && trace.summary.begun == 5000 && trace.summary.exported == 5000)
            #expect(trace.summary.inFlight == 0)
            var seen: Set<String> = []
            for span in trace.spans {
                guard case .string(let url) = span["url.full"],
                    case .integer(let status) = span["http.response.status_code"]
                else {
                    Issue.record("\(span.attributes)")
                    continue
                }
                if !url.contains("/status/\(status)?n=") { Issue.record("\(url) has \(status)") }
                seen.insert(url)
            }
            #expect(seen.count == 5000)
            #expect(Set(trace.spans.map(\.spanId)).count == 5000)
        }
    }
}
