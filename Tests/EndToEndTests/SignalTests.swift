import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite struct `A signal sent to the tracer` {
        /// The default of each is to end the process at once, which would leave breakpoints in the program.
        @Test(arguments: [SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGIO, SIGXCPU, SIGPWR, SIGSTKFLT, SIGQUIT])
        func `ends it in order`(signal: CInt) throws {
            let go = try #require(GoToolchain.all.last)
            var traced = try TracedServer(go)
            let text = try ProgramText(of: traced.server.pid)
            try traced.get("/hello")
            let trace = try traced.stop(afterSpans: 1, signal: signal)
            #expect(trace.code == 0 && trace.spans.count == 1 && trace.summary.isBalanced)
            let left = try text.differences()
            #expect(left == 0)
            try traced.get("/hello")
        }

        @Test(arguments: [SIGPIPE, SIGXFSZ])
        func `is ignored when it only tells of a failed write`(signal: CInt) throws {
            let go = try #require(GoToolchain.all.last)
            let server = try FixtureServer(go)
            var tracer = try StartedTracer(["--pid", "\(server.pid)"])
            try tracer.waitUntilTracing()
            tracer.send(signal)
            var connection = try RawHTTP(port: server.port)
            try connection.send(RawHTTP.request("GET", "/hello"))
            _ = try connection.receive()
            let trace = try tracer.stop(afterSpans: 1)
            #expect(trace.code == 0 && trace.spans.count == 1 && trace.summary.isBalanced)
        }
    }
}
