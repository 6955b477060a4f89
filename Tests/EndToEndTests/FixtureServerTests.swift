import TestSupport
import Testing

@Suite struct `The fixture server` {
    @Test(arguments: GoToolchain.some)
    func `answers untraced as each route says`(go: GoToolchain) throws {
        let server = try FixtureServer(go)
        for (target, status) in [
            ("/hello", 200), ("/silent", 200), ("/status/418", 418), ("/error", 500), ("/timeout", 503),
            ("/hijack", 101), ("/flush?n=2", 200), ("/middleware/recover/panic", 502),
            ("/middleware/strip-prefix/items/7", 200),
        ] {
            var connection = try RawHTTP(port: server.port)
            try connection.send(RawHTTP.request("GET", target))
            let response = try connection.receive()
            #expect(response.status == status, "\(target)")
        }
        for target in ["/panic", "/abort", "/goexit"] {
            var connection = try RawHTTP(port: server.port)
            try connection.send(RawHTTP.request("GET", target))
            let received = try connection.receiveToEnd()
            #expect(received.isEmpty, "\(target)")
        }
    }

    @Test(arguments: GoToolchain.some, [0, 130, 450, 900, 2000])
    func `accepts many headers`(go: GoToolchain, count: Int) throws {
        let server = try FixtureServer(go)
        var connection = try RawHTTP(port: server.port)
        try connection.send(RawHTTP.request("GET", "/headers", headers: (0..<count).map { "X-\($0): v" }))
        let response = try connection.receive()
        #expect(response.status == 200)
        #expect(response.text.contains("\"names\":\(count),"))
    }
}
