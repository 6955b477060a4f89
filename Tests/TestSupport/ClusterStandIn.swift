import Glibc

/// A running Tests/Fixtures/apiserver, which lists and watches as a Kubernetes API server does.
package struct ClusterStandIn: ~Copyable {
    /// "https://127.0.0.1:PORT"
    package let url: String
    /// A file with the certificate of its authority.
    package let authority: String
    /// A file with the token that it takes at first.
    package let tokenFile: String
    private let folder: TemporaryFolder
    private let process: ChildProcess

    package init() throws {
        let folder = try TemporaryFolder()
        let script =
            #filePath.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 }
            + "/Fixtures/apiserver/apiserver.py"
        let files = try SelfSignedCertificate(in: folder.path)
        let tokenFile = "\(folder.path)/token"
        try writeFile(tokenFile, Array("first\n".utf8))
        try writeFile("\(folder.path)/both.pem", readFile(files.certificate) + readFile(files.key))
        let child = try ChildProcess(["/usr/bin/env", "python3", script, "\(folder.path)/both.pem", "first"])
        var printed = GatheredOutput(of: child)
        printed.gather(for: .seconds(20)) { $0.outputLines > 0 }
        guard let port = printed.outputText.split(whereSeparator: \.isWhitespace).last else {
            throw NoCluster(errors: printed.errorText)
        }
        url = "https://127.0.0.1:\(port)"
        authority = files.certificate
        self.tokenFile = tokenFile
        self.folder = folder
        process = child
    }

    /// Tells it what to do: JSON, see apiserver.py.
    package func control(_ request: String) throws {
        let sent = try Command.run(
            ["/usr/bin/curl", "-sS", "--cacert", authority, "--fail", "-d", request, "\(url)/control"])
        guard sent.code == 0 else { throw NoCluster(errors: sent.errors) }
    }

    /// Waits until it has taken so many events, new ones and changes. Returns all there are.
    package func events(atLeast count: Int) throws -> [JSONValue] {
        let answer = try Command.run(
            ["/usr/bin/curl", "-sS", "--cacert", authority, "--fail", "\(url)/events?atLeast=\(count)"])
        guard answer.code == 0, case .array(let events) = try JSONValue(Array(answer.output.utf8)) else {
            throw NoCluster(errors: answer.errors)
        }
        return events
    }

    /// "lists", "watches", "open" and "refused".
    package func counts() throws -> [String: Int] {
        let answer = try Command.run(["/usr/bin/curl", "-sS", "--cacert", authority, "\(url)/control"])
        guard case .object(let members) = try JSONValue(Array(answer.output.utf8)) else { return [:] }
        return members.compactMapValues { if case .integer(let count) = $0 { Int(count) } else { nil } }
    }

    /// A kubeconfig for it. Returns its path.
    package func kubeconfig() throws -> String {
        let path = "\(folder.path)/kubeconfig"
        let text = """
            apiVersion: v1
            kind: Config
            current-context: test
            contexts: [{name: test, context: {cluster: here, user: agent}}]
            clusters: [{name: here, cluster: {server: "\(url)", certificate-authority: \(authority)}}]
            users: [{name: agent, user: {tokenFile: \(tokenFile)}}]
            """
        try writeFile(path, Array(text.utf8))
        return path
    }
}

struct NoCluster: Error {
    var errors: String
}
