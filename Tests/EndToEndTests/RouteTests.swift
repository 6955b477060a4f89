import TestSupport
import Testing

/// A Go release and the Debian release that its libraries come from.
struct RouterBuild: Sendable, CustomTestStringConvertible {
    var go: GoToolchain
    var suite: String

    var testDescription: String { "Go \(go.version), libraries of \(suite)" }

    /// The libraries of sid need a recent Go.
    static let all =
        GoToolchain.all.filter { [19, 22].contains($0.minor) }.map { RouterBuild(go: $0, suite: "bookworm") }
        + [RouterBuild(go: .newest, suite: "sid")]
}

/// Every request is behind middleware that copies it, over HTTP/1 and over the HTTP/2 of golang.org/x/net.
extension EndToEnd {
    @Suite struct `Routes on request` {
        private static let routes = [
            "/mux/items/1": "/mux/items/", "/gorilla/items/3": "/gorilla/items/{id}",
            "/gorilla/sub/items/4": "/gorilla/sub/items/{id:[0-9]+}", "/gin/items/5": "/gin/items/:id",
            "/gin/sub/items/6": "/gin/sub/items/*rest", "/chi/items/7": "/chi/items/{id}",
            "/chi/sub/items/8": "/chi/sub/items/{id:[0-9]+}", "/chi/nothing": "/chi/*",
            "/echo/items/9": "/echo/items/:id",
            "/echo/sub/items/10": "/echo/sub/items/*",
        ]
        private static let unrouted = ["/echo/nothing", "/gin/nothing", "/gorilla/nothing", "/nothing"]

        private func trace(_ build: RouterBuild, _ paths: [String], options: [String]) throws -> Trace {
            let binary = try build.go.build("routers", mode: .stripped, gopath: build.suite)
            // Programs of modules for Go 1.21 and earlier, and those without modules, get the old ServeMux otherwise.
            let server = try FixtureServer(binary: binary, environment: ["GODEBUG": "httpmuxgo121=0"])
            var tracer = try Tracer(["--pid", "\(server.pid)"] + options)
            for path in paths {
                for version in ["--http1.1", "--http2-prior-knowledge"] {
                    let curl = try Command.run([
                        "/usr/bin/curl", "-s", "-o", "/dev/null", version, "http://127.0.0.1:\(server.port)\(path)",
                    ])
                    #expect(curl.code == 0, "\(path) \(version): \(curl.errors)")
                }
            }
            return try tracer.stop(afterSpans: paths.count * 2)
        }

        @Test(arguments: RouterBuild.all)
        func `are what each router says`(build: RouterBuild) throws {
            let paths = Self.routes.keys.sorted()
            let trace = try trace(build, paths + Self.unrouted, options: ["--routes"])
            #expect(trace.summary.isBalanced && trace.summary.begun == (paths.count + Self.unrouted.count) * 2)
            for path in paths {
                let spans = trace.spans(path)
                #expect(Set(spans.map { $0["network.protocol.version"] }) == ["1.1", "2"], "\(path)")
                #expect(
                    spans.map { $0["http.route"]?.description }
                        == Array(repeating: "\"\(Self.routes[path] ?? "")\"", count: 2))
            }
            for path in Self.unrouted {
                #expect(trace.spans(path).map { $0["http.route"] } == [nil, nil], "\(path)")
            }
        }

        /// The copy of the request that the mux wrote its pattern to is garbage by then, and its memory another's.
        @Test func `are the request's own, however long its handler takes`() throws {
            let build = try #require(RouterBuild.all.last)
            let binary = try build.go.build("routers", mode: .stripped, gopath: build.suite)
            let server = try FixtureServer(binary: binary, environment: ["GODEBUG": "httpmuxgo121=0", "GOGC": "1"])
            var tracer = try Tracer(["--pid", "\(server.pid)", "--routes"])
            let url = "http://127.0.0.1:\(server.port)"
            let slow = try ChildProcess(["/usr/bin/curl", "-s", "-o", "/dev/null", "\(url)/mux/slow"])
            let others = try Command.run([
                "/usr/bin/curl", "-s", "-o", "/dev/null", "\(url)/mux/items/[1-2000]",
            ])
            #expect(others.code == 0)
            let trace = try tracer.stop(afterSpans: 2001)
            #expect(trace.spans("/mux/slow").map { $0["http.route"] } == ["/mux/slow"])
            #expect(trace.spans.count { $0["http.route"] == "/mux/items/" } == 2000)
            _ = consume slow
        }

        @Test func `are not asked of the preface of HTTP/2, which is no request`() throws {
            let binary = try GoToolchain.newest.build("routers", mode: .stripped, gopath: "sid")
            let server = try FixtureServer(binary: binary)
            var tracer = try Tracer(["--pid", "\(server.pid)"])
            let connection = try RawHTTP(port: server.port)
            // An empty SETTINGS frame follows; the server answers with its own.
            try connection.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u{4}\0\0\0\0\0")
            var other = try RawHTTP(port: server.port)
            try other.send(RawHTTP.request("GET", "/mux/items/1"))
            _ = try other.receive()
            let trace = try tracer.stop(afterSpans: 1)
            #expect(trace.summary.begun == 1 && trace.summary.inFlight == 0 && trace.summary.isBalanced)
            _ = consume connection
        }

        @Test func `cost nothing unless asked for`() throws {
            let build = try #require(RouterBuild.all.last)
            let trace = try trace(build, ["/gin/items/5", "/mux/items/1"], options: [])
            #expect(trace.spans.map { $0["http.route"] } == [nil, nil, nil, nil])
        }
    }
}
