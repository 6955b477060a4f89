import TestSupport

/// A `nodespan trace` of Tests/Fixtures/httpclient, from its first instruction to its end.
struct TracedClient: ~Copyable {
    private var tracer: StartedTracer
    private let hits: ProbeHits

    /// - Parameter options: of nodespan.
    init(
        _ go: GoToolchain, gopath: String? = nil, tracing options: [String] = [], _ arguments: [String]
    ) throws {
        let binary = try go.build("httpclient", mode: .stripped, gopath: gopath)
        let hits = try ProbeHits()
        tracer = try StartedTracer(options + ["--", binary] + arguments)
        self.hits = hits
    }

    /// Waits for its end.
    mutating func finish() throws -> Trace { try tracer.finish() }

    /// Waits until it has printed lines of its own, while it lives on, and returns how often its probes have been hit.
    mutating func hits(afterLines count: Int) throws -> Int {
        let lines = { (text: String) in
            text.split(separator: "\n").count { $0.hasPrefix("HTTP/") || $0.hasPrefix("error ") }
        }
        _ = tracer.waitForErrors { lines($0) >= count }
        return try hits.count(of: tracer.pid)
    }

    /// A server for it, which isn't the same file.
    static func server() throws -> FixtureServer {
        try FixtureServer(
            binary: GoToolchain.newest.build("httpclient", mode: .plain), arguments: ["-serve"])
    }
}
