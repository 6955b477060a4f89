import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite struct `A program named by its executable` {
        @Test func `is traced however often it starts, each time as what it is then`() throws {
            let go = GoToolchain.newest
            var late = try ExecutableTracer(name: "shop*")
            let binary = try late.install(go.build("httpserver", mode: .stripped), as: "shop-server")
            try late.install(binary, as: "bank-server")
            let other = try FixtureServer(binary: late.path("bank-server"))
            for round in 0..<3 {
                var server = try FixtureServer(
                    binary: binary, environment: ["OTEL_SERVICE_NAME": "shop-\(round)"])
                try late.wait(for: "tracing shop-server (pid \(server.pid),")
                try get("/hello?\(round)", server.port)
                try get("/hello", other.port)
                server.send(SIGKILL)
                _ = server.wait()
                try late.wait(for: "process \(server.pid) has ended")
            }
            let trace = try late.tracer.stop(afterSpans: 3)
            #expect(trace.spans.map { $0["url.query"] } == ["0", "1", "2"])
            #expect(trace.spans.map { $0.resource["service.name"] } == ["shop-0", "shop-1", "shop-2"])
            #expect(trace.summary.begun == 3 && trace.summary.isBalanced && trace.code == 0)
        }

        @Test func `is traced when it runs already`() throws {
            let go = GoToolchain.oldest
            let folder = try TemporaryFolder()
            try writeFile("\(folder.path)/shop", readFile(go.build("httpserver", mode: .stripped)), permissions: 0o755)
            let first = try FixtureServer(binary: "\(folder.path)/shop")
            let second = try FixtureServer(binary: "\(folder.path)/shop")
            var tracer = try StartedTracer(["--exe", "nothing-of-this-name", "\(folder.path)/sh?p"])
            let isWaiting = tracer.waitForErrors { $0.contains("waiting for more programs that match") }
            #expect(isWaiting)
            for port in [first.port, second.port] { try get("/hello", port) }
            let trace = try tracer.stop(afterSpans: 2)
            let pids = Set(trace.spans.map { $0.resource["process.pid"] })
            #expect(pids == [.integer(Int(first.pid)), .integer(Int(second.pid))])
            #expect(trace.summary.isBalanced && trace.code == 0, "\(trace.errors)")
        }

        @Test func `and can't be traced is named once`() throws {
            var late = try ExecutableTracer()
            let binary = try late.install("/bin/sleep", as: "sleep")
            for _ in 0..<3 { _ = try Command.run([binary, "0.05"]) }
            try late.install("/bin/sleep", as: "other")
            let last = try ChildProcess([late.path("other"), "60"])
            try late.wait(for: "process \(last.pid) (\(late.path("other"))): not a Go program")
            let trace = try late.tracer.stop(afterSpans: 0)
            #expect(trace.errors.split(separator: "\n").count { $0.contains("(\(binary)): not a Go program") } == 1)
            #expect(trace.code == 0)
        }

        @Test func `is looked for when it was not told of`() throws {
            let go = GoToolchain.newest
            var late = try ExecutableTracer()
            let repeating = try repeatingProgram(in: late.folder)
            let binary = try late.install(go.build("httpserver", mode: .stripped), as: "shop")
            late.tracer.send(SIGSTOP)
            // More than the ring of events has room for: 40 bytes each, 64 KiB.
            let repeated = try Command.run([repeating, "3000"])
            #expect(repeated.code == 0, "\(repeated.errors)")
            let server = try FixtureServer(binary: binary)
            late.tracer.send(SIGCONT)
            try late.wait(for: "tracing shop")
            try get("/hello", server.port)
            let trace = try late.tracer.stop(afterSpans: 1)
            #expect(trace.spans.count == 1 && trace.summary.isBalanced)
        }

        /// Between two starts a file can be overwritten in place. Breakpoints in it would be anywhere in the new program.
        @Test func `is traced when its file was overwritten before it started again`() throws {
            let (before, after) = (GoToolchain.oldest, GoToolchain.newest)
            var late = try ExecutableTracer()
            let path = late.path("shop")
            try writeFile(path, readFile(before.build("httpserver", mode: .stripped)), permissions: 0o755)
            var old = try FixtureServer(binary: path)
            try late.wait(for: "tracing shop (pid \(old.pid),")
            try get("/hello?old", old.port)
            old.send(SIGKILL)
            _ = old.wait()
            try late.wait(for: "process \(old.pid) has ended")
            try writeFile(path, readFile(after.build("httpserver", mode: .stripped)), permissions: 0o755)
            let new = try FixtureServer(binary: path)
            try late.wait(for: "tracing shop (pid \(new.pid),")
            try get("/hello?new", new.port)
            let trace = try late.tracer.stop(afterSpans: 2)
            #expect(trace.spans.map { $0["url.query"] } == ["old", "new"])
            #expect(trace.summary.begun == 2 && trace.summary.isBalanced)
            #expect(try ProgramText(of: new.pid).differences() == 0)
        }
    }
}

/// Sends one request on a connection of its own.
func get(_ target: String, _ port: UInt16) throws {
    var connection = try RawHTTP(port: port)
    try connection.send(RawHTTP.request("GET", target))
    _ = try connection.receive()
}
