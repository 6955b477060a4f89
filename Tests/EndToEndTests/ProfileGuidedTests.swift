import TestSupport
import Testing

extension EndToEnd {
    /// A server in which a profile had the functions inlined that are probed else.
    @Suite struct `A server built with a profile` {
        private static let toolchains = GoToolchain.all.filter { [24, 27].contains($0.minor) }

        private static let requests = [
            CurlRequest(target: "/hello", status: 200), CurlRequest(target: "/status/418", status: 418),
            CurlRequest(method: "POST", target: "/echo?n=7", body: "twelve bytes", status: 200),
            CurlRequest(target: "/middleware/recover/panic", status: 502), CurlRequest(target: "/nowhere", status: 404),
        ]

        @Test(arguments: toolchains, [CurlRequest.Wire.http1, .http2])
        func `is traced all the same`(go: GoToolchain, wire: CurlRequest.Wire) throws {
            let binary = try go.build("httpserver", mode: .plain, profile: .hotServer(go))
            let server = try FixtureServer(binary: binary, arguments: wire == .http2 ? ["-tls", "-http2"] : [])
            var tracer = try Tracer(["--pid", "\(server.pid)"])
            let base = "\(wire == .http2 ? "https" : "http")://127.0.0.1:\(server.port)"
            let requests = Self.requests.map { request in
                var request = request
                request.wire = wire
                return request
            }
            for (number, request) in requests.enumerated() {
                #expect(
                    try request.send(to: base, number: number) == "\(request.status) \(wire == .http2 ? "2" : "1.1")")
            }
            let trace = try tracer.stop(afterSpans: requests.count)
            for (number, request) in requests.enumerated() { request.expectSpan(in: trace, base: base, number: number) }
            #expect(trace.summary.isBalanced && trace.summary.begun == requests.count && trace.summary.lost == 0)
        }
    }
}
