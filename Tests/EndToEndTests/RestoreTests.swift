import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite struct `A traced program` {
        private static let go = [GoToolchain.oldest, .newest]

        @Test(arguments: go, [SIGINT, SIGTERM])
        func `has its own text again when tracing ends`(go: GoToolchain, signal: CInt) throws {
            for mode in [LinkMode.stripped, .strippedPIE] {
                var traced = try TracedServer(go, mode: mode)
                let text = try ProgramText(of: traced.server.pid)
                let armed = try text.differences()
                #expect((2...64).contains(armed), "while it is traced")
                try traced.get("/hello")
                let trace = try traced.stop(afterSpans: 1, signal: signal)
                #expect(trace.code == 0 && trace.spans.count == 1)
                let left = try text.differences()
                #expect(left == 0)
                let response = try traced.get("/hello")
                #expect(response.status == 200)
            }
        }

        /// As the kernel's memory killer may: at any moment, arming and disarming included.
        @Test func `survives a tracer that is killed, and the next one heals it`() throws {
            let go = try #require(GoToolchain.all.last)
            let server = try FixtureServer(go)
            let text = try ProgramText(of: server.pid)
            for moment in 0..<50 {
                var tracer = try ChildProcess([try Nodespan.path(), "trace", "--pid", "\(server.pid)"])
                var printed = GatheredOutput(of: tracer)
                let isStopping = moment % 5 == 4
                if isStopping {
                    printed.gather(for: .seconds(20)) { $0.errorText.contains("tracing ") }
                    tracer.send(SIGINT)
                }
                let delay = Duration.milliseconds(Int.random(in: 0...(isStopping ? 60 : 250)))
                printed.gather(for: delay) { _ in false }
                tracer.kill()
                _ = tracer.wait()
                var connection = try RawHTTP(port: server.port)
                try connection.send(RawHTTP.request("GET", "/hello?\(moment)"))
                let response = try connection.receive()
                #expect(response.status == 200, "killed for the \(moment)th time, after \(delay)")
            }
            var tracer = try Tracer(["--pid", "\(server.pid)"])
            var connection = try RawHTTP(port: server.port)
            try connection.send(RawHTTP.request("GET", "/hello?healed"))
            _ = try connection.receive()
            let trace = try tracer.stop(afterSpans: 1)
            #expect(trace.spans.map { $0["url.query"] } == ["healed"] && trace.summary.isBalanced)
            let left = try text.differences()
            #expect(left == 0)
        }

        @Test func `can be traced by two at once`() throws {
            let go = try #require(GoToolchain.all.last)
            var traced = try TracedServer(go)
            var second = try Tracer(["--pid", "\(traced.server.pid)"])
            try traced.get("/hello?both")
            let first = try traced.stop(afterSpans: 1)
            try traced.get("/hello?second")
            let other = try second.stop(afterSpans: 2)
            #expect(first.spans.map { $0["url.query"] } == ["both"])
            #expect(other.spans.map { $0["url.query"] } == ["both", "second"])
        }

        /// They share the executable, so its probes; only the one that is asked for has spans.
        @Test func `doesn't show another process of the same program`() throws {
            let go = try #require(GoToolchain.all.last)
            var traced = try TracedServer(go)
            let other = try FixtureServer(go)
            var connection = try RawHTTP(port: other.port)
            try connection.send(RawHTTP.request("GET", "/hello?other"))
            _ = try connection.receive()
            try traced.get("/hello?own")
            let trace = try traced.stop(afterSpans: 1)
            #expect(trace.spans.map { $0["url.query"] } == ["own"] && trace.summary.begun == 1)
        }

        @Test func `can be one of several`() throws {
            let old = try FixtureServer(.oldest)
            let new = try FixtureServer(.newest)
            var tracer = try Tracer(["--pid", "\(old.pid)", "--pid", "\(new.pid)"])
            for (port, query) in [(old.port, "old"), (new.port, "new")] {
                var connection = try RawHTTP(port: port)
                try connection.send(RawHTTP.request("GET", "/hello?\(query)"))
                _ = try connection.receive()
            }
            let trace = try tracer.stop(afterSpans: 2)
            #expect(trace.spans.compactMap { $0["url.query"] } == ["old", "new"])
            #expect(
                trace.spans.map { $0.resource["process.pid"] }
                    == [.integer(Int(old.pid)), .integer(Int(new.pid))])
        }
    }
}
