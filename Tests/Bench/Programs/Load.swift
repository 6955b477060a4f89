import TestSupport

/// What wrk did to a server at full speed: one thread, requests such as a traced caller's.
struct Load {
    static let connections = 16

    let requests: Int
    let seconds: Int

    /// Loads the server for so many seconds.
    init(_ server: borrowing Server, seconds: Int) throws {
        let run = try Command.run([
            "/usr/bin/wrk", "-t", "1", "-c", "\(Self.connections)", "-d", "\(seconds)",
            "-H", "User-Agent: bench/1.0", "-H", "Accept: application/json", "-H", "Accept-Encoding: gzip",
            "-H", "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "http://127.0.0.1:\(server.port)/hello?page=2",
        ])
        let lines = run.output.split(separator: "\n")
        let total = lines.first { $0.contains(" requests in ") }?.split(separator: " ").first.flatMap { Int($0) }
        guard run.code == 0, let total, total > 0,
            !lines.contains(where: { $0.contains("Socket errors") || $0.contains("Non-2xx") })
        else { throw BenchFailure("wrk: \(run.output)\(run.errors)") }
        requests = total
        self.seconds = seconds
    }
}
