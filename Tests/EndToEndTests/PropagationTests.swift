import TestSupport
import Testing

extension EndToEnd {
    @Suite struct `An inbound traceparent` {
        /// Up to 130 headers every number; then around what makes the header map grow: a classic one when it is 6.5
        /// times 2^B full, a swiss one when a table of up to 1024 slots is 7/8 full, beyond which tables split.
        private static let counts =
            Array(0...130) + [
                207, 208, 209, 415, 416, 417, 418, 449, 450, 894, 895, 896, 897, 898, 900, 1791, 1793, 2000,
            ]

        @Test(arguments: GoToolchain.some)
        func `is found among any number of headers`(go: GoToolchain) throws {
            var traced = try TracedServer(go)
            var connection = try traced.connect()
            for (number, count) in Self.counts.enumerated() {
                var headers = (0..<count).map { "X-Filler-\($0): \($0)" }
                headers.insert(Traceparent(number + 1).header, at: count * 2 / 3)
                try connection.send(RawHTTP.request("GET", "/headers?n=\(count)", headers: headers))
                let response = try connection.receive()
                #expect(response.text.contains("\"names\":\(count + 1),"))
            }
            let trace = try traced.stop(afterSpans: Self.counts.count)
            Self.expectParents(trace, Self.counts)
        }

        /// The server takes Host, Transfer-Encoding and Trailer out of the map before the handler runs, which leaves
        /// emptied slots and tombstones in groups that may be full.
        @Test(arguments: GoToolchain.some)
        func `is found in a map with deleted entries`(go: GoToolchain) throws {
            let counts = Array(0...70) + [96, 97, 98, 99, 100, 101, 102, 103, 104, 105, 106, 111, 112, 113, 223, 224]
            var traced = try TracedServer(go)
            var connection = try traced.connect()
            for (number, count) in counts.enumerated() {
                var headers = (0..<count).map { "X-Filler-\($0): \($0)" }
                headers.insert("Transfer-Encoding: chunked", at: count / 4)
                headers.insert("Trailer: X-Sum", at: count / 2)
                headers.append(Traceparent(number + 1).header)
                try connection.send(
                    RawHTTP.request("POST", "/headers?n=\(count)", headers: headers) + "0\r\nX-Sum: 1\r\n\r\n")
                let response = try connection.receive()
                #expect(response.text.contains("\"names\":\(count + 1),"))
            }
            let trace = try traced.stop(afterSpans: counts.count)
            Self.expectParents(trace, counts)
        }

        @Test(arguments: Build.all)
        func `is found however the program is built`(build: Build) throws {
            let counts = [0, 1, 7, 8, 9, 20, 60]
            var traced = try TracedServer(build.go, mode: build.mode)
            for (number, count) in counts.enumerated() {
                try traced.get(
                    "/headers?n=\(count)",
                    headers: (0..<count).map { "X-\($0): v" } + [Traceparent(number + 1).header])
            }
            let trace = try traced.stop(afterSpans: counts.count)
            Self.expectParents(trace, counts)
        }

        @Test(arguments: GoToolchain.some)
        func `is ignored when it is malformed`(go: GoToolchain) throws {
            let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
            let parent = "00f067aa0ba902b7"
            let malformed = [
                "", "00", "00-\(trace)-\(parent)", "00-\(trace)-\(parent)-", "00-\(trace)-\(parent)-1",
                "00-\(trace)-\(parent)-01-", "00-\(trace)-\(parent)-01-extra", "00-\(trace)-\(parent)-0g",
                "00-\(trace)-\(parent)-0A", "00-\(trace.uppercased())-\(parent)-01",
                "00-\(trace)-\(parent.uppercased())-01", "00-\(String(repeating: "0", count: 32))-\(parent)-01",
                "00-\(trace)-0000000000000000-01", "ff-\(trace)-\(parent)-01", "0-\(trace)-\(parent)-01",
                "0g-\(trace)-\(parent)-01", "00_\(trace)-\(parent)-01", "00-\(trace)_\(parent)-01",
                "00-\(trace)-\(parent)_01", "00-\(trace.dropLast())x-\(parent)-01",
                "00-\(trace.dropLast())-\(parent)-01",
                "00-\(trace)0-\(parent)-01", "01-\(trace)-\(parent)-01x", "01-\(trace)-\(parent)-011",
                "01-\(trace)-\(parent)", "\"00-\(trace)-\(parent)-01\"",
                "00-\(trace)-\(parent)-01,00-\(trace)-\(parent)-01",
                String(repeating: "0", count: 4000),
            ]
            var traced = try TracedServer(go)
            var connection = try traced.connect()
            for (number, value) in malformed.enumerated() {
                let headers = ["traceparent: \(value)", "tracestate: a=1"]
                try connection.send(RawHTTP.request("GET", "/hello?n=\(number)", headers: headers))
                _ = try connection.receive()
            }
            let result = try traced.stop(afterSpans: malformed.count)
            #expect(result.spans.count == malformed.count)
            for (number, value) in malformed.enumerated() {
                let span = try #require(result.spans.first { $0["url.query"] == .string("n=\(number)") })
                #expect(span.parentSpanId == "" && span.traceId != trace && span.traceState == "", "\(value)")
                #expect(span.flags & 1 == 1, "\(value)")
            }
            #expect(Set(result.spans.map(\.traceId)).count == malformed.count)
        }

        @Test(arguments: GoToolchain.some)
        func `is taken in every form that the specification allows`(go: GoToolchain) throws {
            let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
            let parent = "00f067aa0ba902b7"
            let headers = [
                "traceparent: 00-\(trace)-\(parent)-01", "TRACEPARENT: 00-\(trace)-\(parent)-01",
                "traceparent:   00-\(trace)-\(parent)-01  ", "traceparent: 00-\(trace)-\(parent)-ff",
                "traceparent: 00-\(trace)-\(parent)-03", "traceparent: 01-\(trace)-\(parent)-01",
                "traceparent: 01-\(trace)-\(parent)-01-extra", "traceparent: fe-\(trace)-\(parent)-01-what-the-future",
            ]
            var traced = try TracedServer(go)
            for header in headers { try traced.get("/hello", headers: [header]) }
            let result = try traced.stop(afterSpans: headers.count)
            #expect(result.spans.count == headers.count)
            for span in result.spans {
                #expect(span.traceId == trace && span.parentSpanId == parent && span.flags & 1 == 1)
                #expect(span.spanId != parent)
            }
        }

        @Test(arguments: GoToolchain.some)
        func `that comes twice is invalid`(go: GoToolchain) throws {
            var traced = try TracedServer(go)
            try traced.get("/hello?other", headers: [Traceparent(1).header, Traceparent(2).header])
            try traced.get("/hello?same", headers: [Traceparent(1).header, "x: y", Traceparent(1).header])
            let trace = try traced.stop(afterSpans: 2)
            #expect(trace.spans.count == 2)
            for span in trace.spans {
                #expect(span.parentSpanId == "")
                #expect(![Traceparent(1).traceID, Traceparent(2).traceID].contains(span.traceId))
            }
        }

        @Test(arguments: GoToolchain.some)
        func `brings its tracestate along`(go: GoToolchain) throws {
            let parent = Traceparent(1).header
            let cases: [(headers: [String], traceState: String)] = [
                ([parent, "tracestate: a=1"], "a=1"),
                (["tracestate: a=1,b=2", parent, "tracestate: c=3", "Tracestate: d=4"], "a=1,b=2,c=3,d=4"),
                ([parent, "tracestate: a=1 , ,b=2", "tracestate: "], "a=1,b=2"),
                ([parent, "tracestate: t@v=1"], "t@v=1"),
                ([parent, "tracestate: not a list"], ""),
                ([parent], ""),
                (["tracestate: a=1"], ""),
                ([parent, Traceparent(2).header, "tracestate: a=1"], ""),
            ]
            var traced = try TracedServer(go)
            for (number, item) in cases.enumerated() { try traced.get("/hello?n=\(number)", headers: item.headers) }
            let trace = try traced.stop(afterSpans: cases.count)
            #expect(trace.spans.count == cases.count)
            for (number, item) in cases.enumerated() {
                let span = try #require(trace.spans.first { $0["url.query"] == .string("n=\(number)") })
                #expect(span.traceState == item.traceState, "\(item.headers)")
            }
        }

        private static func expectParents(_ trace: Trace, _ counts: [Int]) {
            #expect(trace.spans.count == counts.count)
            let spans = Dictionary(trace.spans.map { ($0["url.query"], $0) }) { first, _ in first }
            for (number, count) in counts.enumerated() {
                let expected = Traceparent(number + 1)
                let span = spans[.string("n=\(count)")]
                #expect(span?.traceId == expected.traceID, "among \(count) headers")
                #expect(span?.parentSpanId == expected.parentID, "among \(count) headers")
            }
            #expect(trace.summary.lost == 0 && trace.summary.isBalanced)
        }
    }
}
