import Glibc
import TestSupport

/// A Tests/Fixtures/grpccalls that serves, and a `nodespan trace --pid` of it.
struct TracedGRPCServer: ~Copyable {
    /// What the server says of a call that a handler has served.
    struct Served {
        /// Of its traceparent; empty without one.
        var traceID: String
        /// As sent.
        var method: String
        var code: Int
        /// With the port.
        var client: String
        var authority: String
    }

    /// Another file than the server's, so that its calls hit no probes.
    private let client: String
    private let address: String
    private let folder: TemporaryFolder
    private let clientOptions: [String]
    private var server: ChildProcess
    var tracer: Tracer

    /// - Parameter options: of `grpccalls serve`.
    init(_ build: GRPCBuild, _ options: [String] = [], tracing: [String] = []) throws {
        let binary = try build.go.build("grpccalls", mode: .stripped, gopath: build.suite)
        let folder = try TemporaryFolder()
        let isUnix = options.contains("unix")
        let options = options.map { $0 == "unix" ? "unix=\(folder.path)/socket" : $0 }
        let child = try ChildProcess([binary, "serve", "log=\(folder.path)/served"] + options)
        var printed = GatheredOutput(of: child)
        printed.gather(for: .seconds(20)) { $0.outputLines > 0 }
        guard let line = printed.outputText.split(separator: "\n").first, line.hasPrefix("listening ") else {
            throw NotListening(printed: printed.outputText + printed.errorText)
        }
        let client = "\(folder.path)/client"
        try writeFile(client, readFile(binary), permissions: 0o755)
        let address = (isUnix ? "unix:" : "") + line.dropFirst("listening ".count)
        let tracer = try Tracer(["--pid", "\(child.pid)"] + tracing)
        self.address = address
        self.tracer = tracer
        clientOptions = options.contains("tls") ? ["tls"] : []
        self.client = client
        self.folder = folder
        server = child
    }

    /// Where it listens, as clients write it.
    var authority: String { address }
    /// The path of its Unix domain socket.
    var socket: String { "\(folder.path)/socket" }

    /// Makes one call and returns the code of its status, as the client sees it. `words` are options, the method and what it
    /// is to do, as `grpccalls ask` takes them.
    @discardableResult
    func ask(_ words: String...) throws -> Int? { try ask(words) }

    func ask(_ words: [String]) throws -> Int? {
        let asked = try Command.run([client, "ask", address] + clientOptions + words, limit: .seconds(60))
        return Int(asked.output.split(separator: "\n").first ?? "")
    }

    /// Makes many calls at once, while reading what the tracer prints.
    mutating func drive(_ options: String...) throws {
        let driven = try tracer.run([client, "drive", address] + clientOptions + options)
        guard driven.code == 0 else { throw NotListening(printed: driven.errors) }
    }

    /// The calls that handlers have served so far.
    func served() throws -> [Served] {
        String(decoding: try readFile("\(folder.path)/served"), as: UTF8.self).split(separator: "\n").compactMap {
            let words = $0.split(separator: " ").map(String.init)
            guard words.count == 5, let code = Int(words[2]) else { return nil }
            return Served(
                traceID: words[0].split(separator: "-").dropFirst().first.map(String.init) ?? "", method: words[1],
                code: code, client: words[3], authority: words[4])
        }
    }

    mutating func stop(afterSpans count: Int) throws -> Trace { try tracer.stop(afterSpans: count) }
}

extension ReceivedSpan {
    /// "/package.Service/Method", from the two attributes.
    var fullMethod: String {
        guard case .string(let service) = self["rpc.service"], case .string(let method) = self["rpc.method"] else {
            return ""
        }
        return "/\(service)/\(method)"
    }

    /// `rpc.grpc.status_code`
    var statusCode: Int? {
        guard case .integer(let code) = self["rpc.grpc.status_code"] else { return nil }
        return code
    }

    /// "ADDRESS:PORT" of attributes with a prefix.
    func endpoint(_ prefix: String) -> String {
        guard case .string(let address) = self["\(prefix).address"], case .integer(let port) = self["\(prefix).port"]
        else {
            return ""
        }
        return "\(address):\(port)"
    }
}
