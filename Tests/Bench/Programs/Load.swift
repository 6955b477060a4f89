import TestSupport

/// The requests that a load consists of.
enum Request: CaseIterable {
    /// No header but Host, no query.
    case bare
    /// As another traced service sends it.
    case caller

    var title: String {
        switch self {
        case .bare: "GET with no header but Host"
        case .caller: "GET with a query, traceparent, User-Agent and two other headers"
        }
    }

    fileprivate var target: String { self == .bare ? "/hello" : "/hello?page=2" }

    fileprivate var headers: [String] {
        switch self {
        case .bare: []
        case .caller:
            [
                "User-Agent: bench/1.0", "Accept: application/json", "Accept-Encoding: gzip",
                "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            ]
        }
    }
}

/// What wrk did to a server at full speed, with one thread.
struct Load {
    static let connections = 16

    let requests: Int

    /// Loads the server for so many seconds.
    init(_ server: Server, _ request: Request, seconds: Int) throws {
        let run = try Command.run(
            ["/usr/bin/wrk", "-t", "1", "-c", "\(Self.connections)", "-d", "\(seconds)"]
                + request.headers.flatMap { ["-H", $0] } + ["http://127.0.0.1:\(server.port)\(request.target)"])
        let lines = run.output.split(separator: "\n")
        let total = lines.first { $0.contains(" requests in ") }?.split(separator: " ").first.flatMap { Int($0) }
        guard run.code == 0, let total, total > 0,
            !lines.contains(where: { $0.contains("Socket errors") || $0.contains("Non-2xx") })
        else { throw BenchFailure("wrk: \(run.output)\(run.errors)") }
        requests = total
    }
}
