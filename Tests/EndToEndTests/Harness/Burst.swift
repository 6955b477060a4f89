import TestSupport

/// Load on a server for a second or two, every request with one and the same parent.
struct Burst: Sendable {
    enum Generator: String, Sendable {
        /// HTTP/1.1 for one second. It cuts off what it has sent when its time is up.
        case wrk
        /// HTTP/1.1, a number of requests.
        case h2loadHTTP1
        /// HTTP/2 over TLS, a number of requests, 16 at a time on each connection.
        case h2load
        /// The same without TLS.
        case h2loadPriorKnowledge
    }

    var generator: Generator
    var base: String
    var path: String

    private static let connections = 8
    private static let requests = 5_000

    /// `url.query` of its requests, which tells them apart.
    var query: String { generator.rawValue }
    /// `network.protocol.version`.
    var version: String { generator == .h2load || generator == .h2loadPriorKnowledge ? "2" : "1.1" }
    /// Connections that begin with the preface of HTTP/2.
    var prefaces: Int { generator == .h2loadPriorKnowledge ? Self.connections : 0 }
    var parent: Traceparent {
        switch generator {
        case .wrk: Traceparent(1_000_001)
        case .h2loadHTTP1: Traceparent(1_000_002)
        case .h2load: Traceparent(1_000_003)
        case .h2loadPriorKnowledge: Traceparent(1_000_004)
        }
    }

    private var arguments: [String] {
        let url = "\(base)\(path)?\(query)"
        let connections = "\(Self.connections)"
        let h2load = [
            "/usr/bin/h2load", "-n", "\(Self.requests)", "-c", connections, "-t", "1", "-H", parent.header, url,
        ]
        return switch generator {
        case .wrk: ["/usr/bin/wrk", "-t", "1", "-c", connections, "-d", "1", "-H", parent.header, url]
        case .h2loadHTTP1: h2load + ["--h1"]
        case .h2load, .h2loadPriorKnowledge: h2load + ["-m", "16"]
        }
    }

    /// Runs it while `tracer` is read. Returns how many requests have reached the server, by its own word.
    func run(_ tracer: inout Tracer) throws -> ClosedRange<Int> {
        let load = try tracer.run(arguments)
        let words = load.output.split { $0 == " " || $0 == "\n" || $0 == "," }
        switch generator {
        case .wrk:
            // N requests in 1.00s
            guard let here = words.firstIndex(of: "requests"), let count = Int(words[here - 1]) else {
                throw BurstFailed(output: load.output + load.errors)
            }
            return count...count + Self.connections
        case .h2loadHTTP1, .h2load, .h2loadPriorKnowledge:
            // requests: N total, N started, N done, N succeeded, 0 failed, ...
            guard load.output.contains("\(Self.requests) succeeded, 0 failed, 0 errored") else {
                throw BurstFailed(output: load.output + load.errors)
            }
            return Self.requests...Self.requests
        }
    }
}

struct BurstFailed: Error {
    var output: String
}
