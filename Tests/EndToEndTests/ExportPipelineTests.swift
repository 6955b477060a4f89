import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite struct `The pipelines of an agent` {
        private static let go = GoToolchain.newest

        private static func configuration(_ export: String, _ destinations: [(name: String, url: String)]) -> String {
            let rules = destinations.map { "  - {match: {executable: FOLDER/\($0.name)}, destination: \($0.name)}\n" }
            let places = destinations.map { "  - {name: \($0.name), endpoint: \"\($0.url)\"}\n" }
            return "apiVersion: nodespan/v1\nexport: \(export)\nrules:\n\(rules.joined())destinations:\n\(places.joined())"
        }

        private static func books(of pid: Int32, in trace: Trace) throws -> Trace.Books {
            try #require(trace.summary.processes?.first { $0.pid == pid })
        }

        private static func load(_ port: UInt16, requests: Int) throws {
            let load = try Command.run([
                "/usr/bin/ab", "-q", "-k", "-c", "8", "-n", "\(requests)", "http://127.0.0.1:\(port)/hello",
            ])
            #expect(load.code == 0)
        }

        @Test(arguments: ["dead", "hang", "status:503", "drip"])
        func `don't delay each other, and each process has exact books`(answer: String) throws {
            var near = try Collector()
            var far = try Collector([answer])
            if answer == "dead" { far.kill() }
            var agent = try RunningAgent(
                Self.configuration(
                    "{batch: {age: 300ms}, queue: {spans: 2048, bytes: 8MiB}, drain: 1s}",
                    [("near", near.url), ("far", far.url)]))
            let binary = try Self.go.build("httpserver", mode: .stripped)
            let nearby = try FixtureServer(binary: agent.install(binary, as: "near"))
            let distant = try FixtureServer(binary: agent.install(binary, as: "far"))
            let passing = try FixtureServer(binary: "\(agent.folder)/near")
            for pid in [nearby.pid, distant.pid, passing.pid] { try agent.wait(for: "(pid \(pid), ") }
            for _ in 0..<7 { try get("/hello", passing.port) }
            _ = try near.requests(atLeast: 1)
            let passed = passing.pid
            passing.send(SIGTERM)
            try agent.wait(for: "process \(passed) has ended")

            try Self.load(distant.port, requests: 4000)
            var seen = try near.requests(atLeast: 1).count
            for number in 0..<5 {
                let start = ContinuousClock.now
                try get("/hello?\(number)", nearby.port)
                seen = try near.requests(atLeast: seen + 1).count
                // A batch's age, and what reading the ring and a debug build take.
                #expect(ContinuousClock.now - start < .milliseconds(900))
            }
            let start = ContinuousClock.now
            let trace = try agent.stop()
            #expect(ContinuousClock.now - start < .seconds(6))
            #expect(trace.summary.isBalanced && trace.code == 0, "\(trace.errors)")

            let ours = try Self.books(of: nearby.pid, in: trace)
            #expect(ours.begun == 5 && ours.exported == 5 && ours.losses.isEmpty && ours.isBalanced)
            let theirs = try Self.books(of: distant.pid, in: trace)
            #expect(theirs.begun == 4000 && theirs.exported == 0 && theirs.isBalanced, "\(theirs)")
            #expect(theirs.losses == ["queue_full": 4000 - 2048, "stopped": 2048])
            let ended = try #require(trace.summary.ended)
            #expect(ended.begun == 7 && ended.exported == 7 && ended.isBalanced)
            #expect(trace.summary.exported == 12 && trace.summary.destinations.allSatisfy(\.isBalanced))
        }

        @Test func `share what a batch was rejected of among its processes`() throws {
            let collector = try Collector(["partial:30:too many"])
            var agent = try RunningAgent(
                Self.configuration("{batch: {age: 5s}}", [("a", collector.url), ("b", collector.url)]))
            let binary = try Self.go.build("httpserver", mode: .stripped)
            let one = try FixtureServer(binary: agent.install(binary, as: "a"))
            let other = try FixtureServer(binary: agent.install(binary, as: "b"))
            for pid in [one.pid, other.pid] { try agent.wait(for: "(pid \(pid), ") }
            for _ in 0..<20 { for port in [one.port, other.port] { try get("/hello", port) } }
            let trace = try agent.stop()
            #expect(trace.summary.destinations.count == 1 && trace.summary.destinations[0].rejected == 30)
            #expect(trace.summary.losses == ["rejected": 30] && trace.summary.exported == 10)
            for pid in [one.pid, other.pid] {
                let books = try Self.books(of: pid, in: trace)
                #expect(books.losses == ["rejected": 15] && books.exported == 5 && books.isBalanced)
            }
        }

        @Test func `keep on disk what an outage leaves over, and send it after a restart`() throws {
            let port = try DebianProgram.freePort()
            let spool = try TemporaryFolder()
            let export =
                "{batch: {age: 200ms, spans: 100}, queue: {spans: 1000}, drain: 1s, "
                + "spool: {directory: \(spool.path)/spool, bytes: 64MiB}}"
            let configuration = Self.configuration(export, [("shop", "http://127.0.0.1:\(port)")])
            let binary = try Self.go.build("httpserver", mode: .stripped)
            var agent = try RunningAgent(configuration)
            let server = try FixtureServer(binary: agent.install(binary, as: "shop"))
            try agent.wait(for: "(pid \(server.pid), ")
            // Five times what memory holds, no faster than the disk.
            for _ in 0..<10 {
                try Self.load(server.port, requests: 500)
                agent.read(until: .now + .milliseconds(500))
            }
            let first = try agent.stop()
            let books = try Self.books(of: server.pid, in: first)
            #expect(books.begun == 5000 && books.queued == 5000 && books.losses.isEmpty, "\(first.errors)")
            let left = try #require(first.summary.destinations.first)
            #expect(left.isBalanced && left.exported == 0 && left.spool?.waiting == 5000)
            #expect(first.summary.isBalanced && first.summary.queued == 5000)

            var collector = try Collector(port: port)
            var next = try RunningAgent(configuration)
            let other = try FixtureServer(binary: next.install(binary, as: "shop"))
            try next.wait(for: "(pid \(other.pid), ")
            try get("/hello?new", other.port)
            var received: [JSONValue] = []
            try next.wait {
                received = try collector.requests(atLeast: 1).flatMap(\.spans).map(\.span)
                return received.count >= 5001
            }
            let second = try next.stop()
            #expect(received.count == 5001 && Set(received.compactMap { $0["spanId"] }).count == 5001)
            let restored = try #require(second.summary.destinations.first)
            #expect(restored.isBalanced && restored.spans == 1 && restored.spool?.restored == 5000)
            #expect(restored.exported == 5001 && restored.spool?.waiting == 0)
            #expect(second.summary.begun == 1 && second.summary.exported == 1 && second.summary.isBalanced)
            #expect(try Command.run(["/usr/bin/find", spool.path, "-name", "*.batch"]).output.isEmpty)
        }
    }
}
