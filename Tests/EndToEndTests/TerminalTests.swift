import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite struct `On a terminal` {
        /// The terminal sends it to every process in the foreground, so that the tracer must not pass it on as well.
        @Test func `a launched program gets each Ctrl-C once`() throws {
            let go = try #require(GoToolchain.all.last)
            var terminal = try TerminalProcess([
                try Nodespan.path(), "trace", "--", try go.build("replaceable", mode: .stripped), "/bin/true",
            ])
            let isListening = terminal.read { $0.contains("listening 127.0.0.1:") && $0.contains("\n") }
            try #require(isListening, "\(terminal.printed)")
            for count in 1...30 {
                terminal.type("\u{3}")
                let hasCome = terminal.read { Self.interrupts(in: $0) >= count }
                #expect(hasCome, "Ctrl-C number \(count)")
            }
            let address = try #require(terminal.printed.split(separator: "listening ").last)
            let port = try #require(
                UInt16(address.prefix { $0 != "\n" }.split(separator: ":").last ?? ""))
            // Whatever came twice would be there before the program makes way.
            try ReplaceableProcess.askToReplace(port: port)
            let code = terminal.waitForEnd(within: .seconds(20))
            _ = terminal.read { $0.contains("none lost") || $0.contains("lost 1") }
            #expect(code == 0 && Self.interrupts(in: terminal.printed) == 30)
        }

        /// The kernel tells the session's leader only, which here is the tracer.
        @Test func `a hang-up ends a launched program`() throws {
            let go = try #require(GoToolchain.all.last)
            let folder = try TemporaryFolder()
            let binary = "\(folder.path)/hungup"
            try writeFile(binary, readFile(go.build("replaceable", mode: .stripped)), permissions: 0o755)
            var terminal = try TerminalProcess([try Nodespan.path(), "trace", "--", binary, "/bin/true"])
            let isListening = terminal.read { $0.contains("listening 127.0.0.1:") }
            try #require(isListening, "\(terminal.printed)")
            let children = try Command.run(["/bin/bash", "-c", "cat /proc/\(terminal.pid)/task/*/children"])
            let child = try #require(Int32(children.output.split(separator: " ").first ?? ""))
            #expect(kill(child, 0) == 0)
            terminal.loseTerminal()
            #expect(terminal.waitForEnd(within: .seconds(10)) == 128 + SIGHUP)
            #expect(kill(child, 0) != 0)
        }

        @Test func `that nobody reads, tracing ends all the same`() throws {
            let go = try #require(GoToolchain.all.last)
            let server = try FixtureServer(go)
            let text = try ProgramText(of: server.pid)
            var terminal = try TerminalProcess([try Nodespan.path(), "trace", "--pid", "\(server.pid)"])
            let isTracing = terminal.read { $0.contains("stop with Ctrl-C") }
            try #require(isTracing, "\(terminal.printed)")
            let load = try Command.run([
                "/usr/bin/ab", "-q", "-n", "3000", "-c", "8", "http://127.0.0.1:\(server.port)/hello",
            ])
            #expect(load.code == 0)
            terminal.send(SIGTERM)
            #expect(terminal.waitForEnd(within: .seconds(15)) == 1)
            #expect(try text.differences() == 0)
        }

        private static func interrupts(in text: String) -> Int {
            text.split(separator: "\n").count { $0.contains("signal interrupt") }
        }
    }
}
