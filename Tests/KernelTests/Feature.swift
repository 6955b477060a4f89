import TestSupport

/// What is looked at on every kernel: what a step of Tests/Fixtures/guest/lab left behind, and what is right about it.
enum Feature: String, CaseIterable {
    case httpServer = "HTTP server"
    case http2Server = "HTTP/2 server"
    case httpClient = "HTTP client"
    case http2Client = "HTTP/2 client"
    case grpcServer = "gRPC server"
    case grpcClient = "gRPC client"
    case parents
    case injectionHTTP1 = "injection HTTP/1"
    case injectionHTTP2 = "injection HTTP/2"
    case injectionGRPC = "injection gRPC"
    case injectionTLS = "injection over TLS"
    case ownContexts = "own trace contexts"
    case chain
    case identity = "byte identity"
    case debian = "Debian's programs"
    case hits
    case attachKinds = "attach kinds"
    case healing
    case doctor
    case refusal

    /// Those that a kernel has.
    static func all(of kernel: Kernel) -> [Feature] {
        kernel.isSupported ? allCases.filter { $0 != .refusal } : [.refusal, .doctor]
    }

    /// How much is sent where that can be chosen.
    struct Load {
        /// Through the chain.
        let requests: Int
        /// For how long requests of all kinds are sent, untraced and traced.
        let seconds: Int
        /// The releases of Debian that programs and libraries are taken from, where one of them would do.
        let releases: [String]
    }

    /// The steps to run for it.
    func runs(on kernel: Kernel, load: Load) -> [String] {
        switch self {
        case .httpServer: ["best.running"]
        case .attachKinds: ["best.launched", kernel.hasMulti ? "perf.running" : "multi.refused"]
        case .healing: ["best.killed"] + (kernel.hasMulti ? ["perf.killed"] : [])
        case .doctor: ["best.diagnosed"]
        case .refusal: ["best.refused"]
        case .identity, .injectionTLS: ["best.identical.\(load.seconds)"]
        case .ownContexts: load.releases.map { "best.instrumented.\($0)" }
        case .hits: load.releases.map { "best.counted.\($0)" }
        case .debian: load.releases.flatMap { release in DebianPair.allCases.map { "best.\($0).\(release)" } }
        default: ["best.chained.\(load.requests)"]
        }
    }

    /// What is wrong with it; empty when it works.
    func problems(of results: GuestResults) throws -> [String] {
        switch self {
        case .httpServer: try results.running("best", link: results.kernel.bestLink ?? "")
        case .attachKinds:
            try results.launched()
                + (results.kernel.hasMulti ? results.running("perf", link: "perf") : results.multiRefused())
        case .healing: try results.killed("best") + (results.kernel.hasMulti ? results.killed("perf") : [])
        case .doctor: try results.kernel.isSupported ? results.diagnosed() : results.diagnosedTooOld()
        case .refusal: try results.refused()
        case .http2Server: try spans([.http2Server], results)
        case .httpClient: try spans([.loadClient], results)
        case .http2Client: try spans([.streamClient], results)
        case .grpcServer: try spans([.unaryServer, .streamServer, .idleServer], results)
        case .grpcClient: try spans([.frontClient, .unaryClient, .idleClient], results)
        case .parents: try parents([.frontClient, .unaryClient, .streamClient], results)
        case .injectionHTTP1: try parents([.frontServer], results)
        case .injectionHTTP2: try parents([.http2Server], results)
        case .injectionGRPC: try parents([.unaryServer, .streamServer, .idleServer], results)
        case .chain: try results.wholeChain()
        case .identity: try GuestPrograms.senders.flatMap { try results.identity($0.1) }
        case .injectionTLS: try GuestPrograms.senders.flatMap { try results.encrypted($0.1) }
        case .ownContexts: try results.load.releases.flatMap { try results.instrumented($0) }
        case .hits: try results.load.releases.flatMap { try results.counted($0) }
        case .debian:
            try results.load.releases.flatMap { release in
                try DebianPair.allCases.flatMap { try results.connected($0, release) }
            }
        }
    }

    private func spans(_ hops: [ChainHop], _ results: GuestResults) throws -> [String] {
        let chain = try results.chain.get()
        return hops.flatMap { chain.problems(at: $0) }
    }

    private func parents(_ hops: [ChainHop], _ results: GuestResults) throws -> [String] {
        let chain = try results.chain.get()
        return hops.flatMap { chain.problems(before: $0) }
    }
}
