/// How an API server is reached.
package struct KubernetesAccess: Sendable {
    /// "https://127.0.0.1:PORT"
    package let url: String
    /// A file with the certificate of its authority.
    package let authority: String
    package let tokenFile: String

    package init(url: String, authority: String, tokenFile: String) {
        self.url = url
        self.authority = authority
        self.tokenFile = tokenFile
    }

    /// Writes a kubeconfig. Returns its path.
    package func kubeconfig(in folder: String) throws -> String {
        let path = "\(folder)/kubeconfig"
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
