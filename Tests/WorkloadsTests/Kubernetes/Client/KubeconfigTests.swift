import TestSupport
import Testing

@testable import Workloads

@Suite struct `A kubeconfig` {
    private static let server = "server: https://10.0.0.1:6443"

    /// What it says, or what is wrong with it.
    private func read(cluster: String = server, user: String = "token: abc", name: String = "agent") throws
        -> Result<ClusterAccess, ClusterAccessError>
    {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/kubeconfig"
        let text = """
            current-context: test
            contexts: [{name: test, context: {cluster: here, user: agent}}]
            clusters: [{name: here, cluster: {\(cluster)}}]
            users: [{name: \(name), user: {\(user)}}]
            """
        try writeFile(path, Array(text.utf8))
        return Result { () throws(ClusterAccessError) in try ClusterAccess.kubeconfig(path) }
    }

    @Test func `says where the API server is and who asks`() throws {
        let access = try read(
            cluster: "\(Self.server)/, tls-server-name: kubernetes, certificate-authority: ca.crt"
        ).get()
        #expect(access.server == "https://10.0.0.1:6443" && access.url == "https://kubernetes:6443")
        #expect(access.token == .bytes(Array("abc".utf8)) && access.key == nil && access.verifiesServer)
        let both = try read(user: "token: abc, tokenFile: /run/token, as: \"\", username: \"\"").get()
        #expect(both.token == .file("/run/token"))
        let anonymous = try read(cluster: "server: 'http://127.0.0.1:8001'", user: "token: \"\"").get()
        #expect(anonymous.token == nil)
    }

    @Test(arguments: [
        ("server: http://10.0.0.1:8080", "token: abc", "sends to nobody without TLS"),
        ("server: HTTP://10.0.0.1:8080", "tokenFile: /run/token", "sends to nobody without TLS"),
        (
            "server: http://10.0.0.1:8080", "client-certificate: a.crt, client-key: a.key",
            "sends to nobody without TLS"
        ),
        ("server: '10.0.0.1:6443'", "token: abc", "has no server with an address"),
        ("server: https://", "token: abc", "has no server with an address"),
        ("\(server), proxy-url: 'http://proxy:3128'", "token: abc", "goes through a proxy"),
        (
            "\(server), insecure-skip-tls-verify: true, certificate-authority: a.crt", "token: abc",
            "insecure-skip-tls-verify"
        ),
        (server, "as: admin, token: abc", "acts as somebody else"),
        (server, "as-groups: ['system:masters'], token: abc", "acts as somebody else"),
        (server, "as-user-extra: {scopes: [view]}, token: abc", "acts as somebody else"),
        (server, "username: admin, password: secret", "has a username or a password"),
        (server, "client-certificate: a.crt", "only one of client-certificate and client-key"),
        (server, "exec: {command: aws}", "has its credentials from another program"),
    ])
    func `that asks for what isn't done is refused`(cluster: String, user: String, words: String) throws {
        guard case .failure(let error) = try read(cluster: cluster, user: user) else {
            Issue.record("it is taken")
            return
        }
        #expect(error.description.contains(words) && !error.description.contains("abc"), "\(error)")
    }

    @Test func `whose context names a user it doesn't have is refused`() throws {
        guard case .failure(let error) = try read(name: "somebody") else {
            Issue.record("it is taken")
            return
        }
        #expect(error.description.contains("names the user agent, whom users doesn't have"), "\(error)")
    }
}
