import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite struct `An agent where programs come and go` {
        /// `make churn` has it go on for an hour.
        private static let seconds = getenv("NODESPAN_CHURN_SECONDS").flatMap { Int(String(cString: $0)) } ?? 12

        @Test(.timeLimit(.minutes(seconds / 60 + 10))) func `doesn't grow`() throws {
            let collector = try Collector(reads: .nothing)
            let churn = try Churn(collector.url)
            var agent = try RunningAgent(churn.configuration(isTracing: true))
            let start = try AgentFootprint(of: agent.pid)
            var requests = 0
            var anonymous: [Int] = []
            let begin = ContinuousClock.now
            while ContinuousClock.now - begin < .seconds(Self.seconds) || anonymous.count < 6 {
                requests += try churn.round(of: &agent)
                anonymous.append(try AgentFootprint(of: agent.pid).anonymous)
                agent.forget()
            }
            try churn.disarm(&agent)
            let end = try AgentFootprint(of: agent.pid)
            let trace = try agent.stop()

            #expect(trace.summary.begun == requests && trace.summary.isBalanced, "\(trace.errors)")
            #expect(end.armed.sites == 0 && end.mapEntries == start.mapEntries)
            // There are a connection and its threads by now.
            #expect((0...8).contains(end.descriptors - start.descriptors), "of \(start.descriptors)")
            #expect((0...6).contains(end.threads - start.threads), "of \(start.threads)")
            // It has met everything in the first third.
            let (early, late) = (anonymous.prefix(anonymous.count / 3), anonymous.suffix(anonymous.count / 3))
            let growth = (late.min() ?? 0) - (early.max() ?? 0)
            #expect(growth < 1 << 20, "bytes of memory after each round: \(anonymous)")
        }
    }
}

/// Programs that come and go, and rules that change.
private struct Churn: ~Copyable {
    private static let names = ["front", "back", "cart"]
    private let folder: TemporaryFolder
    private let program: [UInt8]
    private let url: String

    init(_ url: String) throws {
        let folder = try TemporaryFolder()
        let program = try readFile(GoToolchain.newest.build("httpserver", mode: .stripped))
        for name in Self.names { try writeFile("\(folder.path)/\(name)", program, permissions: 0o755) }
        self.folder = folder
        self.program = program
        self.url = url
    }

    func configuration(isTracing: Bool) -> String {
        """
        apiVersion: nodespan/v1
        rules: [{match: {executable: \(folder.path)/*}, trace: \(isTracing)}]
        destinations: [{name: near, endpoint: "\(url)"}]
        """
    }

    /// Five servers, one of them of an executable that nobody has met, and twenty other programs. Returns how many requests
    /// they have answered while they were traced.
    func round(of agent: inout RunningAgent) throws -> Int {
        let new = "\(folder.path)/new"
        try writeFile(new, program, permissions: 0o755)
        let binaries = [new] + (0..<4).map { "\(folder.path)/\(Self.names[$0 % Self.names.count])" }
        let servers = try binaries.map(ShortLivedServer.init)
        let others = try Command.run(["/bin/sh", "-c", "for i in 1 2 3 4 5 6 7 8 9 10; do /bin/true; /bin/ls /; done"])
        #expect(others.code == 0)
        for server in servers {
            try agent.wait(for: "(pid \(server.pid), ")
            for _ in 0..<3 { try get("/hello", server.port) }
        }
        try agent.reload(configuration(isTracing: false))
        try agent.wait(for: "is traced no more", count: servers.count)
        try agent.reload(configuration(isTracing: true))
        for server in servers { try get("/hello", server.port) }
        for (number, server) in servers.enumerated() { server.end(number % 2 == 0 ? SIGKILL : SIGTERM) }
        try agent.wait(for: "has ended", count: servers.count)
        guard unlink(new) == 0 else { throw SystemCallFailure("unlink", new) }
        return servers.count * 4
    }

    /// Has it leave the executables that nobody runs, by wanting to write to them.
    func disarm(_ agent: inout RunningAgent) throws {
        for name in Self.names { try writeFile("\(folder.path)/\(name)", program, permissions: 0o755) }
        let deadline = ContinuousClock.now + .seconds(30)
        while try ArmedSites(of: agent.pid).sites != 0, ContinuousClock.now < deadline { poll(nil, 0, 50) }
    }
}

private final class ShortLivedServer {
    private var server: FixtureServer

    init(binary: String) throws { server = try FixtureServer(binary: binary) }

    var pid: Int32 { server.pid }
    var port: UInt16 { server.port }

    func end(_ signal: CInt) {
        server.send(signal)
        _ = server.wait()
    }
}
