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
        if let missing = context.user, !missing.isEmpty, user == nil {
            throw .kubeconfig(path, "the context \(name) names the user \(missing), whom users doesn't have")
        }
        if let problem = cluster.problem ?? user?.problem { throw .kubeconfig(path, "the context \(name) \(problem)") }
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
        let token = user?.token ?? ""
        access.token = try material(nil, user?.tokenFile) ?? (token.isEmpty ? nil : .bytes(Array(token.utf8)))
        if (access.certificate == nil) != (access.key == nil) {
            throw .kubeconfig(path, "the context \(name) has only one of client-certificate and client-key")
        }
        if !cluster.isEncrypted, access.token != nil || access.key != nil {
            throw .kubeconfig(
                path,
                "the context \(name) has credentials, which nodespan sends to nobody without TLS: "
                    + "name the server by https://")
        }
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
        let proxy: String?

        var isEncrypted: Bool { server.lowercased().hasPrefix("https://") }

        /// What is asked for that isn't done, as the rest of "the context NAME ...".
        var problem: String? {
            let isReachable = isEncrypted || server.lowercased().hasPrefix("http://")
            guard isReachable, let host = URLComponents(string: server)?.host, !host.isEmpty else {
                return "has no server with an address such as https://10.0.0.1:6443"
            }
            if proxy?.isEmpty == false {
                return "goes through a proxy (proxy-url), which nodespan doesn't: name a server that it reaches itself"
            }
            guard insecureSkipTLSVerify == true else { return nil }
            let hasAuthority = [certificateAuthority, certificateAuthorityData].contains { $0?.isEmpty == false }
            return hasAuthority ? "has a certificate-authority and insecure-skip-tls-verify: one of them goes" : nil
        }

        private enum CodingKeys: String, CodingKey {
            case server
            case certificateAuthority = "certificate-authority"
            case certificateAuthorityData = "certificate-authority-data"
            case insecureSkipTLSVerify = "insecure-skip-tls-verify"
            case tlsServerName = "tls-server-name"
            case proxy = "proxy-url"
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
        let username: String?
        let password: String?
        let impersonated: String?
        let impersonatedUID: String?
        let impersonatedGroups: [String]?
        let impersonatedExtra: Present?

        /// What is asked for that isn't done, as the rest of "the context NAME ...".
        var problem: String? {
            if exec != nil || authProvider != nil {
                return "has its credentials from another program, which a node's agent doesn't run: "
                    + "give it a token or a certificate"
            }
            if [username, password].contains(where: { $0?.isEmpty == false }) {
                return "has a username or a password, which API servers take no more: give it a token or a certificate"
            }
            let isImpersonating =
                [impersonated, impersonatedUID].contains { $0?.isEmpty == false }
                || impersonatedGroups?.isEmpty == false || impersonatedExtra != nil
            return isImpersonating
                ? "acts as somebody else (as), which nodespan doesn't: give it that account's own token" : nil
        }

        private enum CodingKeys: String, CodingKey {
            case token, tokenFile, exec, username, password
            case impersonated = "as"
            case impersonatedUID = "as-uid"
            case impersonatedGroups = "as-groups"
            case impersonatedExtra = "as-user-extra"
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
