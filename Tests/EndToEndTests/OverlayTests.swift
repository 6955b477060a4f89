import TestSupport
import Testing

extension EndToEnd {
    /// To the kernel's probes the mounts show one file, to stat(2) two devices: arming both would have every probe run
    /// twice.
    @Suite(.enabled(if: OverlayPair.obstacle == nil, "\(OverlayPair.obstacle ?? "")"))
    struct `A program that two overlay mounts share` {
        private static func drive(_ ports: [UInt16]) throws {
            for port in ports {
                for number in 0..<5 {
                    var connection = try RawHTTP(port: port)
                    try connection.send(RawHTTP.request("GET", "/hello?\(port)-\(number)"))
                    _ = try connection.receive()
                }
                // net/http refuses it without calling a handler.
                var connection = try RawHTTP(port: port)
                try connection.send(
                    RawHTTP.request("GET", "/refused?\(port)", headers: ["Expect: miracles", "Connection: close"]))
                let response = try connection.receive()
                #expect(response.status == 417)
            }
        }

        @Test(arguments: [GoToolchain.oldest, .newest])
        func `counts each request once`(go: GoToolchain) throws {
            let overlays = try OverlayPair(of: go.build("httpserver", mode: .stripped))
            let first = try FixtureServer(binary: overlays.paths[0])
            let second = try FixtureServer(binary: overlays.paths[1])
            var tracer = try Tracer([
                "--pid", "\(first.pid)", "--pid", "\(second.pid)", "--sampler", "always_off",
            ])
            try Self.drive([first.port, second.port])
            let trace = try tracer.stop(afterSpans: 0)
            #expect(trace.summary.begun == 12 && trace.summary.unsampled == 12 && trace.summary.isBalanced)
            #expect(trace.code == 0)
        }

        @Test(arguments: [GoToolchain.oldest, .newest])
        func `has one span a request`(go: GoToolchain) throws {
            let overlays = try OverlayPair(of: go.build("httpserver", mode: .stripped))
            let first = try FixtureServer(binary: overlays.paths[0])
            let second = try FixtureServer(binary: overlays.paths[1])
            var tracer = try Tracer(["--pid", "\(first.pid)", "--pid", "\(second.pid)", "--sampler", "always_on"])
            try Self.drive([first.port, second.port])
            let trace = try tracer.stop(afterSpans: 12)
            for (pid, port) in [(first.pid, first.port), (second.pid, second.port)] {
                let spans = trace.spans.filter { $0.resource["process.pid"] == .integer(Int(pid)) }
                let queries = spans.compactMap { $0["url.query"] }
                #expect(queries == (0..<5).map { .string("\(port)-\($0)") } + [.string("\(port)")])
                #expect(spans.last?["http.response.status_code"] == 417)
            }
            #expect(trace.spans.count == 12 && Set(trace.spans.map(\.spanId)).count == 12)
            #expect(trace.summary.begun == 12 && trace.summary.lost == 0 && trace.summary.isBalanced)
        }
    }
}
