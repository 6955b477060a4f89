import Glibc
import TestSupport

/// A running Tests/Fixtures/callload, stripped, in a file of its own as `Server` is: it serves, or makes requests when told to.
final class CallLoad {
    enum Kind: String, CaseIterable {
        case http1, http2, grpc

        var title: String {
            switch self {
            case .http1: "HTTP/1 client"
            case .http2: "HTTP/2 client, over TLS"
            case .grpc: "gRPC client, unary calls"
            }
        }
    }

    private let process: ChildProcess
    private let folder: TemporaryFolder
    private var printed: GatheredOutput

    private init(_ arguments: [String]) throws {
        guard let go = GoToolchain.all.first(where: { $0.version == Server.goVersion }) else {
            throw BenchFailure("no fixture is built with Go \(Server.goVersion)")
        }
        let built = try go.build("callload", mode: .stripped, gopath: "sid")
        folder = try TemporaryFolder()
        let binary = "\(folder.path)/callload"
        try writeFile(binary, readFile(built), permissions: 0o755)
        process = try ChildProcess([binary] + arguments)
        printed = GatheredOutput(of: process)
    }

    /// What answers all kinds.
    static func server() throws -> CallLoad { try CallLoad(["serve"]) }

    /// What makes requests of one kind.
    static func client(of kind: Kind, to server: CallLoad) throws -> CallLoad {
        let addresses = try server.line(1).split(separator: " ").dropFirst()
        guard addresses.count == Kind.allCases.count,
            let (_, address) = zip(Kind.allCases, addresses).first(where: { $0.0 == kind })
        else { throw BenchFailure("callload doesn't listen: \(server.printed.errorText)") }
        let client = try CallLoad(["call", kind.rawValue, String(address)])
        _ = try client.line(1)
        return client
    }

    /// Makes requests for so many seconds: how many.
    func call(seconds: Int) throws -> Int {
        let before = printed.outputLines
        process.send(SIGUSR1)
        poll(nil, 0, CInt(seconds * 1000))
        process.send(SIGUSR2)
        guard let count = Int(try line(before + 1)), count > 0 else {
            throw BenchFailure("callload made no requests: \(printed.errorText)")
        }
        return count
    }

    /// What it prints as its line of a number, from 1.
    private func line(_ number: Int) throws -> String {
        printed.gather(for: .seconds(20)) { $0.outputLines >= number }
        guard printed.outputLines >= number else { throw BenchFailure("callload: \(printed.errorText)") }
        return String(printed.outputText.split(whereSeparator: \.isNewline)[number - 1])
    }
}

extension CallLoad {
    /// A client under the load that it makes itself. Its trace contexts aren't written: that would take another hit for
    /// HTTP/1, and two for the others.
    static func measuredClient(of kind: Kind, to server: CallLoad) throws -> Subject {
        let client = try client(of: kind, to: server)
        let side = kind == .grpc ? "grpc_client" : "http_client"
        return Subject(
            title: kind.title, pid: client.process.pid, begin: "\(side)_begin", end: "\(side)_end",
            budget: Subject.Budget(hits: 2)
        ) { try client.call(seconds: $0) }
    }

    /// The server of gRPC calls.
    static func measuredServer(_ server: CallLoad) throws -> Subject {
        let client = try client(of: .grpc, to: server)
        return Subject(
            title: "gRPC server, unary calls", pid: server.process.pid, begin: "grpc_server_begin",
            end: "grpc_server_end", budget: .server(hits: 3)
        ) { try client.call(seconds: $0) }
    }
}
