internal import FoundationEssentials
internal import Yams

extension ClusterAccess {
    /// From a kubeconfig file (client-go, tools/clientcmd/api/v1): its current context.
    package static func kubeconfig(_ path: String) throws(ClusterAccessError) -> ClusterAccess {
        let text = String(decoding: try Material.file(path).read(), as: UTF8.self)
        let file: Kubeconfig
        do {
            file = try YAMLDecoder().decode(Kubeconfig.self, from: text)
        } catch {
            throw .kubeconfig(path, "is no kubeconfig: \(error)")
        }
        guard let name = file.currentContext, !name.isEmpty else {
            throw .kubeconfig(path, "has no current-context (kubectl config use-context NAME)")
        }
        guard let context = file.contexts?.first(where: { $0.name == name })?.context,
            let cluster = file.clusters?.first(where: { $0.name == context.cluster })?.cluster
        else { throw .kubeconfig(path, "doesn't say what the context \(name) is, or its cluster") }
        let user = file.users?.first { $0.name == context.user }?.user
        if user?.exec != nil || user?.authProvider != nil {
            throw .kubeconfig(
                path,
                "the context \(name) has its credentials from another program, which a node's agent doesn't run: "
                    + "give it a token or a certificate")
        }
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        func material(_ data: String?, _ file: String?) throws(ClusterAccessError) -> Material? {
            if let data, !data.isEmpty {
                guard let bytes = Data(base64Encoded: data) else {
                    throw .kubeconfig(path, "has data that isn't base64")
                }
                return .bytes(Array(bytes))
            }
            guard let file, !file.isEmpty else { return nil }
            return .file(file.hasPrefix("/") || folder.isEmpty ? file : "\(folder)/\(file)")
        }
        var access = ClusterAccess(server: cluster.server)
        access.authorities = try material(cluster.certificateAuthorityData, cluster.certificateAuthority)
        access.verifiesServer = !(cluster.insecureSkipTLSVerify ?? false)
        access.serverName = cluster.tlsServerName
        access.certificate = try material(user?.clientCertificateData, user?.clientCertificate)
        access.key = try material(user?.clientKeyData, user?.clientKey)
        access.token = try material(nil, user?.tokenFile) ?? user?.token.map { .bytes(Array($0.utf8)) }
        return access
    }
}

/// As far as it is of use here.
private struct Kubeconfig: Decodable {
    struct Cluster: Decodable {
        let server: String
        let certificateAuthority: String?
        let certificateAuthorityData: String?
        let insecureSkipTLSVerify: Bool?
        let tlsServerName: String?

        private enum CodingKeys: String, CodingKey {
            case server
            case certificateAuthority = "certificate-authority"
            case certificateAuthorityData = "certificate-authority-data"
            case insecureSkipTLSVerify = "insecure-skip-tls-verify"
            case tlsServerName = "tls-server-name"
        }
    }

    struct User: Decodable {
        /// There or not: what it says is another program's.
        struct Present: Decodable {}

        let token: String?
        let tokenFile: String?
        let clientCertificate: String?
        let clientCertificateData: String?
        let clientKey: String?
        let clientKeyData: String?
        let exec: Present?
        let authProvider: Present?

        private enum CodingKeys: String, CodingKey {
            case token, tokenFile, exec
            case clientCertificate = "client-certificate"
            case clientCertificateData = "client-certificate-data"
            case clientKey = "client-key"
            case clientKeyData = "client-key-data"
            case authProvider = "auth-provider"
        }
    }

    struct Context: Decodable {
        let cluster: String
        let user: String?
    }

    struct NamedCluster: Decodable {
        let name: String
        let cluster: Cluster
    }

    struct NamedUser: Decodable {
        let name: String
        let user: User
    }

    struct NamedContext: Decodable {
        let name: String
        let context: Context
    }

    let currentContext: String?
    let clusters: [NamedCluster]?
    let users: [NamedUser]?
    let contexts: [NamedContext]?

    private enum CodingKeys: String, CodingKey {
        case clusters, users, contexts
        case currentContext = "current-context"
    }
}
