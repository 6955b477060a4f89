/// Whom a gRPC client asked for: the target that it dialled, `scheme://authority/endpoint`, `scheme:endpoint` or an
/// endpoint alone (gRPC Name Resolution; google.golang.org/grpc/clientconn.go, initParsedTargetAndResolverBuilder).
struct GRPCTarget: Equatable {
    /// A host name, an IP address, the path of a Unix domain socket, or what another resolver knows a service by.
    var address: String
    var port: UInt16?

    /// Schemes of which the endpoint may follow without slashes. In any other `a:b`, `a` is a host.
    private static let schemes: Set<Substring> = [
        "dns", "passthrough", "unix", "unix-abstract", "ipv4", "ipv6", "vsock", "xds",
    ]

    /// Nil when there is no endpoint, or several at once.
    init?(_ target: String) {
        let (scheme, endpoint) = Self.split(target)
        switch scheme {
        case "unix", "unix-abstract", "vsock":
            guard !endpoint.isEmpty else { return nil }
            address = String(endpoint)
        default:
            guard !endpoint.utf8.contains(UInt8(ascii: ",")), let server = HostPort(String(endpoint)) else { return nil }
            address = server.host
            port = server.port
        }
    }

    private static func split(_ target: String) -> (scheme: Substring?, endpoint: Substring) {
        let bytes = target.utf8
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return (nil, target[...]) }
        let scheme = target[..<colon]
        let rest = target[bytes.index(after: colon)...]
        guard rest.utf8.starts(with: "//".utf8) else {
            return schemes.contains(scheme) ? (scheme, rest) : (nil, target[...])
        }
        let authority = rest.dropFirst(2)
        guard let slash = authority.utf8.firstIndex(of: UInt8(ascii: "/")) else {
            return (scheme, authority)
        }
        // The path of a socket begins with the slash.
        return (scheme, scheme == "unix" ? authority[slash...] : authority[slash...].dropFirst())
    }
}
