import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite struct `A process that goes while it is looked at` {
        /// They share the file and so the probes: these must not hang on the first one's life.
        @Test(arguments: [["--pid", "A", "B"], ["--pid", "A", "--pid", "B"]])
        func `keeps no other one of the same program from being traced`(options: [String]) throws {
            let go = try #require(GoToolchain.all.last)
            let other = try FixtureServer(go)
            for moment in stride(from: 0, through: 200, by: 20) {
                var going = try FixtureServer(go)
                let pids = ["A": going.pid, "B": other.pid]
                var tracer = try StartedTracer(options.map { pids[$0].map(String.init) ?? $0 })
                tracer.run(for: .milliseconds(moment))
                going.send(SIGKILL)
                _ = going.wait()
                try tracer.waitUntilTracing()
                var connection = try RawHTTP(port: other.port)
                try connection.send(RawHTTP.request("GET", "/hello?\(moment)"))
                _ = try connection.receive()
                let trace = try tracer.stop(afterSpans: 1)
                #expect(trace.spans.map { $0["url.query"] } == [.string("\(moment)")], "\(trace.errors)")
                #expect(trace.summary.begun == 1 && trace.summary.isBalanced && trace.code == 0)
            }
        }

        /// By executing another program: the probes of the one that was analysed would be at any place in that.
        @Test func `never gets probes that belong into another file`() throws {
            let before = try #require(GoToolchain.all.last).build("replaceable", mode: .stripped)
            let after = try #require(GoToolchain.all.first).build("httpserver", mode: .stripped)
            for moment in stride(from: 0, through: 200, by: 10) {
                var process = try ReplaceableProcess(before, replacement: [after])
                var tracer = try StartedTracer(["--pid", "\(process.pid)"])
                tracer.run(for: .milliseconds(moment))
                let port = try process.replace()
                let text = try ProgramText(of: process.pid)
                let code = try tracer.waitForEnd { tracer in
                    var connection = try RawHTTP(port: port)
                    try connection.send(RawHTTP.request("GET", "/hello?foreign"))
                    let response = try connection.receive()
                    #expect(response.status == 200)
                    // The file that was looked at may be the one that runs now; then it is traced.
                    if tracer.printed.outputLines > 0 { tracer.send(SIGINT) }
                }
                let errors = tracer.printed.errorText
                let differences = try text.differences()
                #expect(differences == 0, "after \(moment) ms")
                if tracer.printed.outputLines > 0 {
                    #expect(code == 0 && errors.contains("tracing httpserver"), "after \(moment) ms: \(errors)")
                } else if errors.contains("tracing ") {
                    #expect(
                        code == 0 && errors.contains("has executed another program"), "after \(moment) ms: \(errors)")
                } else {
                    #expect(code == 1 && errors.contains("process \(process.pid)"), "after \(moment) ms: \(errors)")
                }
            }
        }
    }
}
