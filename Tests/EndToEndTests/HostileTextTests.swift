import FoundationEssentials
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    /// A binary's facts and a process's name are whatever somebody wrote there: a terminal must not obey them.
    @Suite struct `Text that would control a terminal` {
        private static let retitle = "\u{1b}]0;x\u{7}"
        private static let red = "\u{1b}[31m"

        @Test(arguments: GoToolchain.some)
        func `is made harmless where inspect shows it`(go: GoToolchain) throws {
            let folder = try TemporaryFolder()
            let binary = "\(folder.path)/server"
            let original = Array("mod\thttpserver\t(devel)\t".utf8)
            let hostile = Array("mod\t\(Self.retitle)serv\t\(Self.red)xx\t".utf8)
            try #require(hostile.count == original.count)
            var bytes = try readFile(go.build("httpserver", mode: .stripped))
            var patched = 0
            while let found = bytes.firstRange(of: original) {
                bytes.replaceSubrange(found, with: hostile)
                patched += 1
            }
            try #require(patched > 0)
            try writeFile(binary, bytes, permissions: 0o755)

            let table = try Nodespan.run(["inspect", binary, "--color", "never"])
            #expect(table.code == 0 && table.output.contains("␛]0;x␇serv ␛[31mxx"), "\(table.output)")
            Self.expectHarmless(table.output)
            let json = try Nodespan.run(["inspect", binary, "--format", "json"])
            Self.expectHarmless(json.output)
            let document = try JSONDecoder().decode(Document.self, from: Data(json.output.utf8))
            #expect(document.modules.first?.path == "\(Self.retitle)serv")
        }

        @Test(arguments: ["table", "json"])
        func `is made harmless where trace shows it`(format: String) throws {
            let go = try #require(GoToolchain.all.last)
            let folder = try TemporaryFolder()
            let binary = "\(folder.path)/\(Self.red)\(Self.retitle)go"
            try writeFile(binary, readFile(go.build("httpserver", mode: .stripped)), permissions: 0o755)
            let server = try FixtureServer(binary: binary)
            var tracer = try ChildProcess([
                try Nodespan.path(), "trace", "--format", format, "--color", "never", "--pid", "\(server.pid)",
            ])
            var printed = GatheredOutput(of: tracer)
            let isTracing = printed.gather(for: .seconds(20)) { $0.errorText.contains("stop with Ctrl-C\n") }
            #expect(isTracing, "\(printed.errorText)")
            var connection = try RawHTTP(port: server.port)
            try connection.send(RawHTTP.request("GET", "/hello"))
            _ = try connection.receive()
            printed.gather(for: .seconds(5)) { $0.outputLines > 0 }
            tracer.send(SIGINT)
            printed.gather(for: .seconds(20)) { _ in false }
            let code = tracer.wait()
            #expect(code == 0 && printed.outputLines == 1)
            #expect(printed.errorText.contains("tracing ␛[31m␛]0;x␇go (pid \(server.pid)"), "\(printed.errorText)")
            Self.expectHarmless(printed.errorText)
            Self.expectHarmless(printed.outputText)
            guard format == "json" else { return }
            let trace = try Trace(output: printed.output, errors: printed.errorText, code: code) { _ in true }
            #expect(trace.spans.first?.resource["process.executable.name"] == .string("\(Self.red)\(Self.retitle)go"))
        }

        @Test func `is made harmless in messages of failure`() throws {
            let name = "/nonexistent/\(Self.red)\(Self.retitle)"
            for arguments in [["inspect", name], ["trace", "--", name], ["trace", "--pid", "1", "--format", name]] {
                let result = try Nodespan.run(arguments)
                #expect(result.code != 0 && !result.errors.isEmpty)
                Self.expectHarmless(result.errors)
            }
        }

        private struct Document: Decodable {
            struct Module: Decodable { var path: String }
            var modules: [Module]
        }

        /// No control but the line's end.
        private static func expectHarmless(_ text: String) {
            let controls = text.unicodeScalars.filter { $0.properties.generalCategory == .control && $0 != "\n" }
            #expect(controls.isEmpty)
        }
    }
}
