import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite struct `Spans that nobody takes` {
        private static func get(_ port: UInt16) throws {
            var connection = try RawHTTP(port: port)
            try connection.send(RawHTTP.request("GET", "/hello"))
            _ = try connection.receive()
        }

        /// As behind `| head -2`, which is content with what it has got.
        @Test func `end tracing without complaint when the reader has gone`() throws {
            let go = try #require(GoToolchain.all.last)
            let server = try FixtureServer(go)
            let text = try ProgramText(of: server.pid)
            var tracer = try StartedTracer(["--pid", "\(server.pid)"], redirection: "> >(exec head -2)")
            try tracer.waitUntilTracing()
            let armed = try text.differences()
            #expect(armed > 0)
            let trace = try tracer.finish { _ in try Self.get(server.port) }
            #expect(trace.code == 0 && trace.lines == 2)
            #expect(trace.summary.losses["output_failed", default: 0] > 0 && trace.summary.isBalanced)
            let left = try text.differences()
            #expect(left == 0)
            let records = try Self.records(of: tracer.pid)
            #expect(records.isEmpty)
            try Self.get(server.port)
        }

        @Test(arguments: [("> /dev/full", "No space left on device"), (">&-", "Bad file descriptor")])
        func `fail it and say why`(redirection: String, reason: String) throws {
            let go = try #require(GoToolchain.all.last)
            let server = try FixtureServer(go)
            let text = try ProgramText(of: server.pid)
            var tracer = try StartedTracer(["--pid", "\(server.pid)"], redirection: redirection)
            try tracer.waitUntilTracing()
            let trace = try tracer.finish { _ in try Self.get(server.port) }
            #expect(trace.code == 1 && trace.lines == 0)
            #expect(trace.errors.split(separator: "\n").contains { $0.hasPrefix("nodespan: ") && $0.contains(reason) })
            #expect(trace.summary.exported == 0 && trace.summary.isBalanced)
            #expect(trace.summary.losses["output_failed"] == trace.summary.begun - trace.summary.inFlight)
            let left = try text.differences()
            #expect(left == 0)
            let records = try Self.records(of: tracer.pid)
            #expect(records.isEmpty)
        }

        /// Files that it opens itself would get the numbers of the standard streams, and spans be written to one of them.
        @Test func `go nowhere else when all standard streams are closed`() throws {
            let go = try #require(GoToolchain.all.last)
            let server = try FixtureServer(go)
            let text = try ProgramText(of: server.pid)
            var tracer = try StartedTracer(["--pid", "\(server.pid)"], redirection: "<&- >&- 2>&-")
            let deadline = ContinuousClock.now + .seconds(20)
            while try text.differences() == 0, ContinuousClock.now < deadline { tracer.run(for: .milliseconds(5)) }
            for number in 0...2 {
                let file = try Command.run(["/usr/bin/readlink", "/proc/\(tracer.pid)/fd/\(number)"]).output
                #expect(file == "/dev/null\n", "\(number)")
            }
            let code = try tracer.waitForEnd { _ in try Self.get(server.port) }
            #expect(code == 1)
            let left = try text.differences()
            #expect(left == 0)
            let records = try Self.records(of: tracer.pid)
            #expect(records.isEmpty)
        }

        @Test(arguments: ["> /dev/full", ">&-"], ["table", "json"])
        func `have a counterpart in inspect, which fails too`(redirection: String, format: String) throws {
            let binary = try #require(GoToolchain.all.last).build("httpserver", mode: .stripped)
            let result = try Command.run([
                "/bin/bash", "-c", "exec \"$@\" \(redirection)", "bash", try Nodespan.path(), "inspect", binary,
                "--format", format,
            ])
            #expect(result.code == 1)
            #expect(result.errors.contains("can't write to standard output"), "\(result.errors)")
        }

        /// What a tracer has left in /run/nodespan/armed: files named BOOT.PID.START, drafts included.
        private static func records(of pid: Int32) throws -> [String] {
            try fileNames(in: "/run/nodespan/armed").filter { $0.contains(".\(pid).") }
        }
    }
}
