import FoundationEssentials
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite struct `A command launched by trace` {
        @Test(arguments: GoToolchain.some)
        func `is traced from its first request on`(go: GoToolchain) throws {
            var launched = try Launched(go, arguments: ["-first", "/hello?first"])
            var connection = try RawHTTP(port: launched.port)
            try connection.send(RawHTTP.request("GET", "/status/404"))
            _ = try connection.receive()
            try connection.send(RawHTTP.request("GET", "/exit/7"))
            _ = try connection.receiveToEnd()
            let trace = try launched.tracer.finish()
            #expect(trace.code == 7)
            let served = trace.spans.filter { $0.kind == "SERVER" }
            #expect(served.map(\.path) == ["/hello", "/status/404"])
            #expect(served.first?["url.query"] == "first")
            #expect(trace.spans.count { $0.kind == "CLIENT" } == 1)
            #expect(
                trace.summary.begun == 4 && trace.summary.losses == ["process_ended": 1] && trace.summary.isBalanced)
        }

        @Test func `gives its status, also when a signal ends it`() throws {
            let go = try #require(GoToolchain.all.last)
            for signal in [SIGKILL, SIGTERM, SIGHUP] {
                var launched = try Launched(go)
                kill(try launched.process().pid, signal)
                let trace = try launched.tracer.finish()
                #expect(trace.code == 128 + signal)
                #expect(trace.spans.map(\.path) == ["/process"] && trace.summary.isBalanced)
            }
        }

        @Test func `runs as who called sudo`() throws {
            let go = try #require(GoToolchain.all.last)
            var launched = try Launched(go, environment: ["SUDO_UID": "65534", "SUDO_GID": "65534"])
            let process = try launched.process()
            #expect(process.uid == 65534 && process.gid == 65534)
            let status = try String(decoding: readFile("/proc/\(process.pid)/status"), as: UTF8.self)
            #expect(status.contains("SigBlk:\t0000000000000000\n"), "\(status)")
            kill(process.pid, SIGKILL)
            let trace = try launched.tracer.finish()
            #expect(trace.spans.count == 1)
        }

        /// What the child does before it executes the program must not depend on what threads nodespan has just then.
        @Test func `starts as who called sudo, every time`() throws {
            let server = try GoToolchain.newest.build("httpserver", mode: .stripped)
            for _ in 0..<20 {
                let run = try Nodespan.run(
                    ["trace", "--format", "json", "--", server, "-addr", "nowhere"],
                    before: ["/usr/bin/env", "SUDO_UID=65534", "SUDO_GID=65534"])
                #expect(run.code == 1 && run.errors.contains("nowhere"), "\(run.errors)")
            }
        }

        @Test func `gets its arguments and environment as given`() throws {
            let go = try #require(GoToolchain.all.last)
            var launched = try Launched(
                go, arguments: ["--", "--pid", "a b", ""], environment: ["OTEL_SERVICE_NAME": "x"])
            let process = try launched.process()
            #expect(process.arguments.dropFirst() == ["-addr", "127.0.0.1:0", "--", "--pid", "a b", ""])
            kill(process.pid, SIGKILL)
            let trace = try launched.tracer.finish()
            #expect(trace.spans.first?.resource["service.name"] == "x")
        }

        @Test func `that isn't there is named`() throws {
            let result = try Nodespan.run(["trace", "--", "/nonexistent/server"])
            #expect(result.code == 1)
            #expect(result.errors.contains("/nonexistent/server") && result.output.isEmpty)
        }
    }
}

/// A fixture server started by `nodespan trace -- CMD`.
private struct Launched: ~Copyable {
    var tracer: Tracer
    let port: UInt16

    struct Process: Decodable {
        var pid: Int32
        var uid: Int
        var gid: Int
        var arguments: [String]
    }

    init(_ go: GoToolchain, arguments: [String] = [], environment: [String: String] = [:]) throws {
        let binary = try go.build("httpserver", mode: .stripped)
        var tracer = try Tracer(["--", binary, "-addr", "127.0.0.1:0"] + arguments, environment: environment)
        // Its standard output is not the tracer's, which is for spans.
        _ = tracer.gather(for: .seconds(10)) { FixtureServer.port(in: $0.errorText) != nil }
        guard let port = FixtureServer.port(in: tracer.printed.errorText) else {
            throw NotListening(printed: tracer.printed.errorText)
        }
        self.tracer = tracer
        self.port = port
    }

    func process() throws -> Process {
        var connection = try RawHTTP(port: port)
        try connection.send(RawHTTP.request("GET", "/process"))
        return try JSONDecoder().decode(Process.self, from: Data(connection.receive().body))
    }
}
