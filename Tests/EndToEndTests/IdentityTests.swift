import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite struct `A traced process is told from others` {
        @Test func `when it executes itself`() throws {
            let binary = try GoToolchain.newest.build("replaceable", mode: .stripped)
            var process = try ReplaceableProcess(binary, replacement: [binary, "/bin/true"])
            var tracer = try Tracer(["--pid", "\(process.pid)"])
            let port = try process.replace()
            let isTraced = tracer.gather(for: .seconds(10)) { $0.errorText.contains("the same program again") }
            #expect(isTraced)
            try get("/hello", port)
            tracer.waitForSpans(1)
            try ReplaceableProcess.askToReplace(port: port)
            let trace = try tracer.finish()
            #expect(trace.errors.contains("process \(process.pid) has executed another program, which isn't traced"))
            #expect(trace.spans.map(\.path) == ["/hello"])
            #expect(trace.summary.begun == 3 && trace.summary.losses == ["process_ended": 2])
            #expect(trace.summary.isBalanced && trace.code == 0)
        }

        /// As a server does that restarts without closing its sockets, after its package was upgraded.
        @Test func `when it executes itself after its file was deleted`() throws {
            let folder = try TemporaryFolder()
            let binary = "\(folder.path)/server"
            let built = try GoToolchain.newest.build("replaceable", mode: .stripped)
            try writeFile(binary, readFile(built), permissions: 0o755)
            var process = try ReplaceableProcess(binary, replacement: ["/proc/self/exe", "/bin/true"])
            var tracer = try StartedTracer(["--exe", "\(folder.path)/*"])
            try tracer.waitUntilTracing()
            try #require(unlink(binary) == 0)
            let port = try process.replace()
            let isTraced = tracer.waitForErrors {
                $0.split(separator: "\n").count { $0.hasPrefix("tracing ") && $0.contains("(pid \(process.pid),") } == 2
            }
            #expect(isTraced, "\(tracer.printed.errorText)")
            try get("/hello", port)
            let trace = try tracer.stop(afterSpans: 1)
            #expect(trace.errors.contains("process \(process.pid) has executed another program"))
            #expect(trace.spans.map(\.path) == ["/hello"] && trace.summary.isBalanced)
        }

        @Test func `when it executes another program that is wanted, too`() throws {
            let go = GoToolchain.newest
            var late = try ExecutableTracer()
            let before = try late.install(go.build("replaceable", mode: .stripped), as: "before")
            let after = try late.install(
                GoToolchain.oldest.build("httpserver", mode: .stripped), as: "after")
            var process = try ReplaceableProcess(before, replacement: [after])
            try late.wait(for: "tracing before (pid \(process.pid),")
            let port = try process.replace()
            try late.wait(for: "tracing after (pid \(process.pid),")
            try get("/hello", port)
            let trace = try late.tracer.stop(afterSpans: 1)
            #expect(trace.spans.map { $0.resource["process.executable.path"] } == [.string(after)])
            #expect(trace.summary.begun == 2 && trace.summary.losses == ["process_ended": 1])
            #expect(trace.summary.isBalanced)
        }

        @Test func `when its file is replaced by another release while it runs`() throws {
            var late = try ExecutableTracer()
            var servers: [(pid: Int32, port: UInt16)] = []
            let binary = try late.install(
                GoToolchain.oldest.build("httpserver", mode: .stripped), as: "server")
            let old = try FixtureServer(binary: binary)
            servers.append((old.pid, old.port))
            try late.wait(for: "tracing server (pid \(old.pid), go1.19")
            try late.install(GoToolchain.newest.build("httpserver", mode: .stripped), as: "server")
            let new = try FixtureServer(binary: binary)
            servers.append((new.pid, new.port))
            try late.wait(for: "tracing server (pid \(new.pid), go1.27")
            for (_, port) in servers { try get("/hello", port) }
            let trace = try late.tracer.stop(afterSpans: 2)
            #expect(trace.spans.map { $0.resource["process.pid"] } == servers.map { .integer(Int($0.pid)) })
            #expect(trace.summary.begun == 2 && trace.summary.isBalanced)
        }

        @Test func `when its executable is in memory only`() throws {
            let binary = try GoToolchain.newest.build("httpserver", mode: .stripped)
            var tracer = try StartedTracer(["--exe", "memfd:nodespan-*"])
            _ = tracer.waitForErrors { $0.contains("waiting for programs") }
            let server = try FixtureServer(
                binary: "/usr/bin/python3",
                arguments: [
                    "-c",
                    """
                    import os
                    file = os.memfd_create("nodespan-test")
                    os.write(file, open("\(binary)", "rb").read())
                    os.execv(f"/proc/self/fd/{file}", ["server"])
                    """,
                ])
            try tracer.waitUntilTracing()
            try get("/hello", server.port)
            let trace = try tracer.stop(afterSpans: 1)
            #expect(trace.spans.map(\.path) == ["/hello"] && trace.summary.isBalanced, "\(trace.errors)")
        }

        @Test func `when it is in a pid namespace of its own`() throws {
            let go = GoToolchain.newest
            var late = try ExecutableTracer()
            let binary = try late.install(go.build("httpserver", mode: .stripped), as: "server")
            var server = try FixtureServer(
                binary: "/usr/bin/unshare", arguments: ["--pid", "--fork", "--kill-child", binary])
            try late.wait(for: "tracing server (pid ")
            try get("/hello", server.port)
            server.send(SIGKILL)
            _ = server.wait()
            try late.wait(for: "has ended")
            let trace = try late.tracer.stop(afterSpans: 1)
            #expect(trace.spans.map(\.path) == ["/hello"] && trace.summary.begun == 1 && trace.summary.isBalanced)
        }

        /// The kernel gives a pid again once it has given all others; a test can have it give any.
        @Test func `when it has the pid of one that has ended`() throws {
            let go = GoToolchain.newest
            var late = try ExecutableTracer()
            let binary = try late.install(go.build("httpserver", mode: .stripped), as: "server")
            var first = try FixtureServer(binary: binary, environment: ["OTEL_SERVICE_NAME": "first"])
            let pid = first.pid
            try late.wait(for: "tracing server (pid \(pid),")
            try get("/hello", first.port)
            first.send(SIGKILL)
            _ = first.wait()
            // Others start processes meanwhile.
            var hasReused = false
            for _ in 0..<100 where !hasReused {
                try writeFile("/proc/sys/kernel/ns_last_pid", Array("\(pid - 1)".utf8))
                let second = try FixtureServer(binary: binary, environment: ["OTEL_SERVICE_NAME": "second"])
                guard second.pid == pid else { continue }
                hasReused = true
                try late.wait(for: "tracing server (pid \(pid),", count: 2)
                try get("/hello", second.port)
                let trace = try late.tracer.stop(afterSpans: 2)
                #expect(trace.spans.map { $0.resource["service.name"] } == ["first", "second"])
                #expect(trace.summary.begun == 2 && trace.summary.isBalanced)
            }
            #expect(hasReused)
        }
    }
}
