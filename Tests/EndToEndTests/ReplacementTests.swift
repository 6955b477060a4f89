import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite struct `A launched command's life` {
        @Test func `goes on untraced when it executes another program`() throws {
            let go = try #require(GoToolchain.all.last)
            var launched = try LaunchedReplaceable(go, replacement: ["/bin/sh", "-c", "exit 7"])
            try launched.get("/hello")
            try ReplaceableProcess.askToReplace(port: launched.port)
            let trace = try launched.tracer.finish()
            #expect(trace.code == 7)
            #expect(trace.spans.map(\.path) == ["/hello"])
            #expect(trace.errors.contains("has executed another program, which isn't traced"), "\(trace.errors)")
            #expect(trace.summary.begun == 2 && trace.summary.losses == ["process_ended": 1])
            #expect(trace.summary.isBalanced)
        }

        @Test func `has each signal that the tracer gets, once`() throws {
            let go = try #require(GoToolchain.all.last)
            var launched = try LaunchedReplaceable(go, replacement: ["/bin/true"])
            let signals = [(SIGINT, "interrupt"), (SIGTERM, "terminated"), (SIGUSR1, "user defined signal 1")]
            var expected: [String] = []
            for (signal, name) in signals + signals {
                launched.tracer.send(signal)
                expected.append("signal \(name)")
                let hasCome = launched.tracer.waitForErrors { Self.signals(in: $0).count >= expected.count }
                #expect(hasCome, "\(name)")
            }
            // Whatever came twice would be there before the answer to a request.
            try launched.get("/hello")
            try ReplaceableProcess.askToReplace(port: launched.port)
            let trace = try launched.tracer.finish()
            #expect(Self.signals(in: trace.errors) == expected)
            #expect(trace.code == 0 && trace.spans.map(\.path) == ["/hello"] && trace.summary.isBalanced)
        }

        @Test func `doesn't begin when it is a script`() throws {
            let folder = try TemporaryFolder()
            let script = "\(folder.path)/start.sh"
            try writeFile(script, Array("#!/bin/sh\necho started\n".utf8), permissions: 0o755)
            let result = try Nodespan.run(["trace", "--", script])
            #expect(result.code == 1 && result.output.isEmpty)
            #expect(
                result.errors.contains(script) && result.errors.contains("a script, run by /bin/sh"), "\(result.errors)"
            )
            #expect(!result.errors.contains("started"))
        }

        private static func signals(in text: String) -> [String] {
            text.split(separator: "\n").filter { $0.hasPrefix("signal ") }.map(String.init)
        }
    }
}

/// A Tests/Fixtures/replaceable started by `nodespan trace -- CMD`.
private struct LaunchedReplaceable: ~Copyable {
    var tracer: StartedTracer
    let port: UInt16

    init(_ go: GoToolchain, replacement: [String]) throws {
        let binary = try go.build("replaceable", mode: .stripped)
        var tracer = try StartedTracer(["--", binary] + replacement)
        // The command's standard output is the tracer's standard error.
        _ = tracer.waitForErrors { FixtureServer.port(in: $0) != nil }
        guard let port = FixtureServer.port(in: tracer.printed.errorText) else {
            throw NotListening(printed: tracer.printed.errorText)
        }
        self.tracer = tracer
        self.port = port
    }

    func get(_ target: String) throws {
        var connection = try RawHTTP(port: port)
        try connection.send(RawHTTP.request("GET", target))
        _ = try connection.receive()
    }
}
