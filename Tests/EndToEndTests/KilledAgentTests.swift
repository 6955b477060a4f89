import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite struct `A program under load` {
        @Test func `answers every request while agents are killed and ended, and is traced by the next`() throws {
            var collector = try Collector()
            let folder = try TemporaryFolder()
            let binary = "\(folder.path)/shop"
            try writeFile(
                binary, readFile(GoToolchain.newest.build("httpserver", mode: .stripped)), permissions: 0o755)
            let configuration = """
                apiVersion: nodespan/v1
                rules: [{match: {executable: \(binary)}}]
                destinations: [{name: near, endpoint: "\(collector.url)"}]
                sampling: {type: traceidratio, argument: 0.001}
                """
            let server = try FixtureServer(binary: binary)
            let text = try ProgramText(of: server.pid)
            // It goes on as long as this is there.
            let onward = "\(folder.path)/onward"
            try writeFile(onward, [])
            let requests = "/usr/bin/h2load --h1 -n 2000 -c 8 http://127.0.0.1:\(server.port)/hello?load"
            var load = try ChildProcess(["/bin/sh", "-c", "while [ -e \(onward) ]; do \(requests) || exit; done"])
            var said = GatheredOutput(of: load)
            // The kernel may kill at any moment, an agent that arms or disarms included.
            for moment in 0..<3 {
                var agent = try RunningAgent(configuration)
                if moment > 0 { try agent.wait(for: "(pid \(server.pid), ") }
                agent.kill()
            }
            var ended = try RunningAgent(configuration)
            try ended.wait(for: "(pid \(server.pid), ")
            try get("/hello?meanwhile", server.port)
            let (first, isUnderLoad) = (try ended.stop(), load.poll() == nil)
            unlink(onward)
            said.gather(for: .seconds(20)) { _ in false }
            let code = load.wait()
            let results = said.outputText.split(separator: "\n").filter { $0.hasPrefix("requests: ") }
            #expect(code == 0 && !results.isEmpty)
            for result in results { #expect(result.contains(" 2000 succeeded, 0 failed, 0 errored"), "\(result)") }
            #expect(first.summary.isBalanced && first.summary.begun > 0, "\(first.summary)")
            #expect(isUnderLoad && first.code == 0)
            #expect(try text.differences() == 0)

            var next = try RunningAgent(
                configuration.split(separator: "\n").dropLast().joined(separator: "\n"))
            try next.wait(for: "(pid \(server.pid), ")
            try get("/hello?next", server.port)
            let second = try next.stop()
            let spans = try collector.requests(atLeast: 1).flatMap(\.spans).map(\.span)
            let queries = spans.map { $0["attributes"]?["url.query"] }
            #expect(queries.last == .string("next") && second.summary.begun == 1 && second.summary.isBalanced)
            #expect(try text.differences() == 0)
        }
    }
}
