internal import FoundationEssentials
internal import SystemPackage

/// Where the API server is, and how to prove to it who asks.
package struct ClusterAccess: Sendable {
    /// A secret, or something else that may change while nodespan runs: where it is, to be read when it is needed.
    package enum Material: Hashable, Sendable {
        /// A file's path.
        case file(String)
        case bytes([UInt8])

        /// Bytes; no certificate or token is larger.
        private static let limit = 1 << 20

        func read() throws(ClusterAccessError) -> [UInt8] {
            switch self {
            case .bytes(let bytes): return bytes
            case .file(let path):
                do {
                    let descriptor = try FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec)
                    return try descriptor.closeAfter { try descriptor.contents(limit: Self.limit) }
                } catch {
                    throw .unreadable(path, "\(error)")
                }
            }
        }
    }

    /// "https://10.0.0.1:443", without a path's last slash.
    package let server: String
    /// PEM; nil for the system's own.
    package var authorities: Material?
    /// False: anybody may pretend to be the API server.
    package var verifiesServer = true
    /// What the server's certificate is to name, where that isn't the host of `server`.
    package var serverName: String?
    package var token: Material?
    /// PEM, both or none.
    package var certificate: Material?
    package var key: Material?

    init(server: String) {
        var server = server
        while server.hasSuffix("/") { server.removeLast() }
        self.server = server
    }

    /// `server`, by the name that its certificate has.
    var url: String {
        guard let serverName, var parts = URLComponents(string: server) else { return server }
        parts.host = serverName
        return parts.string ?? server
    }

    /// Of `server`, without brackets.
    var host: String? { URLComponents(string: server)?.host.map { $0.filter { $0 != "[" && $0 != "]" } } }

    private static let accountFolder = "/var/run/secrets/kubernetes.io/serviceaccount"

    /// Of a pod: as every pod of a cluster gets it, if it is in one.
    /// - Parameters:
    ///   - environment: the process's own.
    ///   - folder: of the pod's service account.
    package static func inCluster(
        environment: [String: String], folder: String = accountFolder
    ) -> ClusterAccess? {
        guard let host = environment["KUBERNETES_SERVICE_HOST"], !host.isEmpty,
            let port = environment["KUBERNETES_SERVICE_PORT"], UInt16(port) != nil
        else { return nil }
        var access = ClusterAccess(server: "https://\(host.contains(":") ? "[\(host)]" : host):\(port)")
        access.authorities = .file("\(folder)/ca.crt")
        access.token = .file("\(folder)/token")
        return access
    }
}

/// Why the API server can't be asked.
package enum ClusterAccessError: Error, Hashable {
    /// A file's path, and why.
    case unreadable(String, String)
    /// What is wrong with a kubeconfig.
    case kubeconfig(String, String)
    /// The file that is to have a token has none.
    case noToken
    /// No certificate, or no key, or not of each other.
    case invalidCertificate(String)
}

extension ClusterAccessError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable(let path, let reason): "\(path) can't be read: \(reason)"
        case .kubeconfig(let path, let problem): "\(path): \(problem)"
        case .noToken: "the file with the token is empty"
        case .invalidCertificate(let what): "\(what) is not in PEM form, or doesn't belong to the rest"
        }
    }
}
