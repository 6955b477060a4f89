import TestSupport
import Testing

/// A request and how its span must end.
private struct Ending: Sendable {
    var target: String
    var method = "GET"
    /// `http.response.status_code`.
    var status: Int?
    /// `error.type`.
    var error: String?

    /// `url.path`, which no other case shares.
    var path: String { String(target.prefix { $0 != "?" }) }

    static let all = [
        Ending(target: "/hello", status: 200),
        Ending(target: "/silent", status: 200),
        Ending(target: "/status/201", status: 201),
        Ending(target: "/status/204", status: 204),
        Ending(target: "/status/304", status: 304),
        Ending(target: "/status/404", status: 404),
        Ending(target: "/status/503", status: 503, error: "503"),
        Ending(target: "/status/599", status: 599, error: "599"),
        Ending(target: "/status/777", status: 777, error: "777"),
        Ending(target: "/nowhere", status: 404),
        Ending(target: "/error", status: 500, error: "500"),
        Ending(target: "/panic", status: nil, error: "aborted"),
        Ending(target: "/panic-after-write", status: 202, error: "aborted"),
        Ending(target: "/abort", status: nil, error: "aborted"),
        Ending(target: "/goexit", status: nil, error: "aborted"),
        Ending(target: "/hijack", status: nil),
        Ending(target: "/timeout", status: 503, error: "503"),
        Ending(target: "/slow?ms=20", status: 200),
        Ending(target: "/flush?n=3", status: 200),
        Ending(target: "/early-hints", status: 418),
        Ending(target: "/twice", status: 201),
        Ending(target: "/deep", status: 200),
        Ending(target: "/echo?n=100000", status: 200),
        Ending(target: "/middleware/with-context/hello", status: 200),
        Ending(target: "/middleware/shallow-copy/status/402", status: 402),
        Ending(target: "/middleware/strip-prefix/error", status: 500, error: "500"),
        Ending(target: "/middleware/in-place/hello", status: 200),
        Ending(target: "/middleware/wrapped-writer/status/203", status: 203),
        Ending(target: "/middleware/recover/panic", status: 502, error: "502"),
    ]
}

extension EndToEnd {
    @Suite struct `A request has exactly one span` {
        @Test(arguments: GoToolchain.some)
        func `however its handler ends`(go: GoToolchain) throws {
            var traced = try TracedServer(go)
            for ending in Ending.all { try Self.drive(ending, traced.port) }
            let trace = try traced.stop(afterSpans: Ending.all.count)
            Self.expect(Ending.all, trace)
        }

        @Test(arguments: Build.all)
        func `however the program is built`(build: Build) throws {
            let endings = Ending.all.filter { ["/hello", "/error", "/panic", "/hijack"].contains($0.path) }
            var traced = try TracedServer(build.go, mode: build.mode)
            for ending in endings { try Self.drive(ending, traced.port) }
            let trace = try traced.stop(afterSpans: endings.count)
            Self.expect(endings, trace)
        }

        /// net/http notes neither end of such a request; its begin must not be forgotten, nor stay for ever.
        @Test(arguments: GoToolchain.some)
        func `even when its handler hijacks and then panics`(go: GoToolchain) throws {
            var traced = try TracedServer(go)
            for _ in 0..<3 {
                var connection = try traced.connect()
                try connection.send(RawHTTP.request("GET", "/hijack-panic"))
                _ = try connection.receiveToEnd()
            }
            try traced.get("/hello")
            let trace = try traced.stop(afterSpans: 4)
            #expect(trace.summary.begun == 4)
            #expect(trace.summary.isBalanced)
            #expect(trace.spans("/hello").count == 1)
            let spans = trace.spans("/hijack-panic")
            #expect(spans.count + trace.summary.lost == 3)
            for span in spans { #expect(span["http.response.status_code"] == nil) }
        }

        private static func drive(_ ending: Ending, _ port: UInt16) throws {
            var connection = try RawHTTP(port: port)
            try connection.send(RawHTTP.request(ending.method, ending.target, headers: ["Connection: close"]))
            _ = try connection.receiveToEnd()
        }

        private static func expect(_ endings: [Ending], _ trace: Trace) {
            for ending in endings {
                let spans = trace.spans(ending.path)
                #expect(spans.count == 1, "\(ending.target)")
                guard let span = spans.first else { continue }
                #expect(span.kind == "SERVER")
                #expect(span["http.request.method"] == .string(ending.method), "\(ending.target)")
                #expect(span["http.response.status_code"] == ending.status.map { .integer($0) }, "\(ending.target)")
                #expect(span["error.type"] == ending.error.map { .string($0) }, "\(ending.target)")
                #expect(span.status.code == (ending.error == nil ? "UNSET" : "ERROR"), "\(ending.target)")
                #expect(span.duration > 0, "\(ending.target)")
            }
            #expect(trace.spans.count == endings.count)
            #expect(Set(trace.spans.map(\.spanId)).count == endings.count)
            #expect(trace.summary.begun == endings.count)
            #expect(trace.summary.lost == 0, "\(trace.summary.losses)")
            #expect(trace.summary.inFlight == 0)
            #expect(trace.summary.isBalanced)
            #expect(trace.code == 0)
        }
    }
}
