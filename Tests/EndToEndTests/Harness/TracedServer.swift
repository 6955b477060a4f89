import Glibc
import TestSupport

/// A fixture server and a `nodespan trace --pid` of it.
struct TracedServer: ~Copyable {
    var server: FixtureServer
    var tracer: Tracer

    init(
        _ go: GoToolchain, mode: LinkMode = .stripped, arguments: [String] = [], environment: [String: String] = [:],
        tracing options: [String] = []
    ) throws {
        let server = try FixtureServer(go, mode: mode, arguments: arguments, environment: environment)
        tracer = try Tracer(["--pid", "\(server.pid)"] + options)
        self.server = server
    }

    var port: UInt16 { server.port }

    /// A new connection.
    func connect() throws -> RawHTTP { try RawHTTP(port: server.port) }

    /// Sends one request on a connection of its own and returns the answer.
    @discardableResult
    func get(_ target: String, headers: [String] = []) throws -> RawHTTP.Response {
        var connection = try connect()
        try connection.send(RawHTTP.request("GET", target, headers: headers))
        return try connection.receive()
    }

    /// Ends the tracer once it has printed the number of spans expected.
    mutating func stop(afterSpans count: Int, signal: CInt = SIGINT) throws -> Trace {
        try tracer.stop(afterSpans: count, signal: signal)
    }
}
