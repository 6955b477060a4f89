import Glibc

/// A running Tests/Fixtures/apiserver, which lists and watches as a Kubernetes API server does, or goes between one and those
/// who ask it.
package final class ClusterStandIn {
    package let access: KubernetesAccess
    private let folder: TemporaryFolder
    private let arguments: [String]
    private var server: Server

    private struct Server: ~Copyable {
        var process: ChildProcess
        let port: String

        init(_ arguments: [String]) throws {
            let child = try ChildProcess(arguments)
            var printed = GatheredOutput(of: child)
            printed.gather(for: .seconds(20)) { $0.outputLines > 0 }
            guard let port = printed.outputText.split(whereSeparator: \.isWhitespace).last else {
                throw NoCluster(errors: printed.errorText)
            }
            process = child
            self.port = String(port)
        }
    }

    /// - Parameter access: to the API server that it goes between; nil to be one itself.
    package init(before access: KubernetesAccess? = nil) throws {
        let folder = try TemporaryFolder()
        let script =
            #filePath.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 }
            + "/Fixtures/apiserver/apiserver.py"
        let files = try SelfSignedCertificate(in: folder.path)
        let tokenFile = access?.tokenFile ?? "\(folder.path)/token"
        if access == nil { try writeFile(tokenFile, Array("first\n".utf8)) }
        try writeFile("\(folder.path)/both.pem", readFile(files.certificate) + readFile(files.key))
        let arguments =
            ["/usr/bin/env", "python3", script, "--state", "\(folder.path)/state"]
            + (access.map { ["--upstream", $0.url, "--authority", $0.authority] } ?? [])
            + ["\(folder.path)/both.pem", "first"]
        let server = try Server(arguments)
        self.access = KubernetesAccess(
            url: "https://127.0.0.1:\(server.port)", authority: files.certificate, tokenFile: tokenFile)
        self.folder = folder
        self.arguments = arguments
        self.server = server
    }

    /// A file with the token that it takes at first.
    package var tokenFile: String { access.tokenFile }

    /// Ends it, until `restart`.
    package func stop() {
        server.process.send(SIGTERM)
        _ = server.process.wait()
    }

    /// Starts it again where it was, with what it knew.
    package func restart() throws {
        server = try Server(arguments.prefix(3) + ["--port", server.port] + arguments.dropFirst(3))
    }

    /// Has it neither answer nor end its connections, or go on.
    package func freeze(_ isFrozen: Bool) { server.process.send(isFrozen ? SIGSTOP : SIGCONT) }

    /// Tells it what to do: JSON, see apiserver.py. Returns what it answers.
    @discardableResult
    package func control(_ request: String) throws -> JSONValue {
        // It may be longer than an argument may be.
        try writeFile("\(folder.path)/request", Array(request.utf8))
        return try JSONValue(Array(curl(["--fail", "--data-binary", "@\(folder.path)/request"]).utf8))
    }

    /// Waits until it has taken so many events, new ones and changes. Returns all there are.
    package func events(atLeast count: Int) throws -> [JSONValue] {
        let answer = try Command.run([
            "/usr/bin/curl", "-sS", "--cacert", access.authority, "--fail", "\(access.url)/events?atLeast=\(count)",
        ])
        guard answer.code == 0, case .array(let events) = try JSONValue(Array(answer.output.utf8)) else {
            throw NoCluster(errors: answer.errors)
        }
        return events
    }

    /// "lists", "watches", "open", "refused" and "taken".
    package func counts() throws -> [String: Int] {
        guard case .object(let members) = try JSONValue(Array(curl([]).utf8)) else { return [:] }
        return members.compactMapValues { if case .integer(let count) = $0 { Int(count) } else { nil } }
    }

    private func curl(_ options: [String]) throws -> String {
        let sent = try Command.run(
            ["/usr/bin/curl", "-sS", "--cacert", access.authority] + options + ["\(access.url)/control"])
        guard sent.code == 0 else { throw NoCluster(errors: sent.errors) }
        return sent.output
    }

    /// A kubeconfig for it. Returns its path.
    package func kubeconfig() throws -> String { try access.kubeconfig(in: folder.path) }
}

package struct NoCluster: Error, CustomStringConvertible {
    package var errors: String

    package init(errors: String) {
        self.errors = errors
    }

    package var description: String { "no cluster: \(errors)" }
}
