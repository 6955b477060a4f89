import TestSupport
import Testing

extension EndToEnd {
    @Suite struct `Every request of a connection has its span` {
        @Test(arguments: GoToolchain.some)
        func `one after the other`(go: GoToolchain) throws {
            var traced = try TracedServer(go)
            var connection = try traced.connect()
            for number in 0..<50 {
                try connection.send(RawHTTP.request("GET", "/hello?n=\(number)"))
                _ = try connection.receive()
            }
            let trace = try traced.stop(afterSpans: 50)
            Self.expect(trace, queries: (0..<50).map { "n=\($0)" })
            #expect(Set(trace.spans.map { $0["client.port"] }) == [.integer(Int(connection.localPort))])
        }

        @Test(arguments: GoToolchain.some)
        func `all at once`(go: GoToolchain) throws {
            var traced = try TracedServer(go)
            var connection = try traced.connect()
            try connection.send((0..<100).map { RawHTTP.request("GET", "/hello?n=\($0)") }.joined())
            for _ in 0..<100 { _ = try connection.receive() }
            let trace = try traced.stop(afterSpans: 100)
            Self.expect(trace, queries: (0..<100).map { "n=\($0)" })
            // One goroutine serves them, so none starts before the one ahead of it has ended.
            let spans = trace.spans.sorted { $0.startTimeUnixNano < $1.startTimeUnixNano }
            for (earlier, later) in zip(spans, spans.dropFirst()) {
                #expect(earlier.endTimeUnixNano <= later.startTimeUnixNano)
            }
        }

        @Test(arguments: GoToolchain.some)
        func `when the client goes away`(go: GoToolchain) throws {
            var traced = try TracedServer(go)
            do {
                let reset = try traced.connect()
                try reset.send(RawHTTP.request("GET", "/slow?ms=150"))
                reset.resetOnClose()
            }
            do {
                let closed = try traced.connect()
                try closed.send(RawHTTP.request("GET", "/slow?ms=151"))
            }
            do {
                let halfway = try traced.connect()
                try halfway.send("POST /echo?n=3 HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nten bytes.")
                halfway.resetOnClose()
            }
            var unread = try traced.connect()
            try unread.send(RawHTTP.request("GET", "/echo?n=5000000", headers: ["Connection: close"]))
            _ = try unread.receive(bodyExpected: false)
            unread.resetOnClose()
            _ = consume unread
            let trace = try traced.stop(afterSpans: 4)
            Self.expect(trace, queries: ["ms=150", "ms=151", "n=3", "n=5000000"])
            for span in trace.spans { #expect(span["http.response.status_code"] == 200) }
            #expect(trace.spans.first { $0["url.query"] == "ms=150" }.map { $0.duration >= 149_000_000 } == true)
            #expect(trace.spans.first { $0["url.query"] == "n=3" }?["http.request.body.size"] == 1000)
        }

        @Test(arguments: GoToolchain.some)
        func `when Expect is met, refused, and not understood`(go: GoToolchain) throws {
            var traced = try TracedServer(go)
            let expecting = ["Expect: 100-continue", "Content-Length: 4"]
            for code in [401, 413] {
                var refused = try traced.connect()
                try refused.send(RawHTTP.request("POST", "/expect/\(code)", headers: expecting))
                let response = try refused.receive()
                #expect(response.status == code)
            }
            var met = try traced.connect()
            try met.send(RawHTTP.request("POST", "/echo?n=2", headers: expecting))
            let interim = try met.receive()
            #expect(interim.status == 100)
            try met.send("body")
            let final = try met.receive()
            #expect(final.status == 200 && final.body.count == 2)
            let unknown = try traced.get("/hello", headers: ["Expect: wonders"])
            #expect(unknown.status == 417)

            let trace = try traced.stop(afterSpans: 4)
            #expect(trace.spans.count == 4 && trace.summary.lost == 0 && trace.summary.isBalanced)
            #expect(trace.spans("/expect/401").map { $0["http.response.status_code"] } == [401])
            #expect(trace.spans("/expect/413").map { $0["http.response.status_code"] } == [413])
            #expect(trace.spans("/echo").map { $0["http.response.status_code"] } == [200])
            #expect(trace.spans("/hello").map { $0["http.response.status_code"] } == [417])
        }

        /// The server answers these by itself, or not at all: no handler runs.
        @Test(arguments: GoToolchain.some)
        func `and what is no request has none`(go: GoToolchain) throws {
            var traced = try TracedServer(go)
            for text in [
                "", "GET", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "no sense\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: x\r\nBad Header: 1\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: odd\r\n\r\n",
            ] {
                var connection = try traced.connect()
                try connection.send(text)
                connection.endSending()
                _ = try connection.receiveToEnd()
            }
            try traced.get("/hello")
            let trace = try traced.stop(afterSpans: 1)
            #expect(trace.spans.map(\.path) == ["/hello"])
            #expect(trace.summary.begun == 1 && trace.summary.isBalanced)
        }

        /// Its begin was before the probes.
        @Test(arguments: GoToolchain.some)
        func `but for one that was in flight when tracing began`(go: GoToolchain) throws {
            let server = try FixtureServer(go)
            var early = try RawHTTP(port: server.port)
            try early.send(RawHTTP.request("GET", "/slow?ms=1500"))
            var tracer = try Tracer(["--pid", "\(server.pid)"])
            var late = try RawHTTP(port: server.port)
            try late.send(RawHTTP.request("GET", "/hello"))
            _ = try late.receive()
            _ = try early.receive()
            try early.send(RawHTTP.request("GET", "/silent"))
            _ = try early.receive()
            let trace = try tracer.stop(afterSpans: 2)
            #expect(trace.spans.map(\.path) == ["/hello", "/silent"])
            #expect(trace.summary.begun == 2 && trace.summary.isBalanced)
        }

        @Test(arguments: GoToolchain.some)
        func `and one still in flight at the end is counted`(go: GoToolchain) throws {
            var traced = try TracedServer(go)
            let slow = try traced.connect()
            try slow.send(RawHTTP.request("GET", "/slow?ms=60000"))
            try traced.get("/hello")
            let trace = try traced.stop(afterSpans: 1)
            #expect(trace.spans.map(\.path) == ["/hello"])
            #expect(trace.summary.begun == 2 && trace.summary.inFlight == 1 && trace.summary.isBalanced)
        }

        private static func expect(_ trace: Trace, queries: [String]) {
            let received = trace.spans.compactMap { $0["url.query"] }
            #expect(received.count == queries.count)
            #expect(Set(received) == Set(queries.map { .string($0) }))
            #expect(trace.summary.begun == queries.count)
            #expect(trace.summary.lost == 0 && trace.summary.inFlight == 0 && trace.summary.isBalanced)
        }
    }
}
