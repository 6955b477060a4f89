import BPFRuntime
import TestSupport

/// Tests/Fixtures/grpcclient twice: what serves, and what calls that, which is traced. Each has a file of its own, so that
/// the server's calls hit no probe.
struct GRPCPair: ~Copyable {
    private let server: FixtureServer
    private let client: FixtureServer
    private let folder: TemporaryFolder
    var tracer: Tracer

    /// - Parameter build: a Go release and the Debian release whose gRPC it is built with.
    init(_ build: GRPCBuild, tracing options: [String] = []) throws {
        let folder = try TemporaryFolder()
        let path = try build.go.build("grpcclient", mode: .stripped, gopath: build.suite)
        try writeFile("\(folder.path)/server", readFile(path), permissions: 0o755)
        let server = try FixtureServer(binary: "\(folder.path)/server", arguments: ["serve"])
        // grpc-go before 1.40 tries again only when it is told to.
        let client = try FixtureServer(
            binary: path, arguments: ["call", "127.0.0.1:\(server.port)"], environment: ["GRPC_GO_RETRY": "on"])
        tracer = try Tracer(["--pid", "\(client.pid)"] + options)
        self.server = server
        self.client = client
        self.folder = folder
    }

    /// Where the server listens.
    var serverPort: UInt16 { server.port }

    /// Has the client make calls, and returns the status code that it got.
    @discardableResult
    func call(_ what: String) throws -> Int? {
        var connection = try RawHTTP(port: client.port)
        try connection.send(RawHTTP.request("GET", "/\(what)"))
        let answer = try connection.receive()
        return answer.text.split(separator: " ").first.flatMap { Int($0) }
    }

    /// Has the client make calls, and counts the probe hits, without those of the HTTP request for it: two.
    /// - Parameter expected: what is waited for, since goroutines of a call may end after it.
    mutating func hits(_ what: String, upTo expected: Int) throws -> Int {
        let hits = try ProbeHits()
        let before = try hits.count(of: tracer.pid) + 2
        try call(what)
        let pid = tracer.pid
        _ = tracer.gather(for: .seconds(5)) { _ in (try? hits.count(of: pid)).map { $0 - before >= expected } ?? true }
        return try hits.count(of: pid) - before
    }

    mutating func stop(afterSpans count: Int) throws -> Trace { try tracer.stop(afterSpans: count) }
}

/// A Go release with the libraries of a Debian release.
struct GRPCBuild: Sendable, CustomStringConvertible {
    let go: GoToolchain
    let suite: String
    /// The version of google.golang.org/grpc there.
    let grpc: String

    var description: String { "grpc \(grpc) with Go \(go.version)" }

    static let all = [(19, "bookworm", "1.33"), (24, "trixie", "1.64"), (27, "sid", "1.81")].compactMap {
        minor, suite, grpc in
        GoToolchain.all.first { $0.minor == minor }.map { GRPCBuild(go: $0, suite: suite, grpc: grpc) }
    }
}
