internal import FoundationEssentials

/// Where a receiver of spans is, and how it is spoken to.
package struct OTLPEndpoint: Hashable, Sendable {
    /// Whole, for HTTP with the path of the signal; nothing in it is secret. For a Unix socket, "unix:" and its path.
    package let url: String
    package let `protocol`: ExportProtocol
    /// Reached by TLS.
    package let isSecure: Bool
    /// Of a Unix socket; nil for a host.
    package let socketPath: String?

    /// As it stands in the URL, without brackets; "localhost" for a Unix socket.
    let host: String
    let port: Int
    /// Of requests by HTTP.
    let path: String

    private static let grpcPort = 4317

    /// - Parameters:
    ///   - text: a base URL, to which the path of the signal is added for HTTP (OpenTelemetry specification, OTLP Exporter,
    ///     "Endpoint URLs for OTLP/HTTP"), or one that ends with that path already; "unix:/PATH" for a Unix socket.
    ///   - given: what is to be spoken; nil for what the URL suggests: gRPC at port 4317 and Unix sockets, else HTTP.
    ///   - isForTraces: a URL for this signal alone, whose path is taken as it stands; without one it is "/".
    package init(
        _ text: String, protocol given: ExportProtocol? = nil, isForTraces: Bool = false
    ) throws(OTLPEndpointError) {
        guard !text.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7f }), var parts = URLComponents(string: text),
            let scheme = parts.scheme?.lowercased()
        else { throw .invalid }
        guard parts.user == nil, parts.password == nil else { throw .credentials }
        guard parts.query == nil, parts.fragment == nil else { throw .queryOrFragment }
        if scheme == "unix" {
            guard parts.host?.isEmpty ?? true, parts.path.hasPrefix("/"), parts.path.utf8.count < 108 else {
                throw .invalid
            }
            let chosen = given ?? .grpc
            self.protocol = chosen
            (socketPath, host, port, isSecure) = (parts.path, "localhost", 0, false)
            (path, url) = (Self.signalPath(of: chosen), "unix:\(parts.path)")
            return
        }
        guard ["http", "https", "grpc", "grpcs"].contains(scheme) else { throw .unsupportedScheme }
        guard let host = parts.host, !host.isEmpty else { throw .noHost }
        if let port = parts.port, !(1...65535).contains(port) { throw .invalid }
        let suggested = scheme.hasPrefix("grpc") || parts.port == Self.grpcPort ? ExportProtocol.grpc : .httpProtobuf
        let chosen = given ?? suggested
        isSecure = scheme.hasSuffix("s")
        port = parts.port ?? (isSecure ? 443 : 80)
        var path = parts.percentEncodedPath
        if chosen == .grpc {
            // It names no resource there.
            path = ""
        } else if chosen == .zipkin {
            if path.isEmpty || path == "/" { path = Self.signalPath(of: chosen) }
        } else if isForTraces {
            if path.isEmpty { path = "/" }
        } else {
            while path.hasSuffix("/") { path.removeLast() }
            if !path.hasSuffix(Self.signalPath(of: chosen)) { path += Self.signalPath(of: chosen) }
        }
        parts.scheme = isSecure ? "https" : "http"
        parts.percentEncodedPath = path
        let bare = host.filter { $0 != "[" && $0 != "]" }
        // Addresses are judged by this name, and async-http-client takes its own from the URL: they are to be the same.
        guard let url = parts.string, let read = URL(string: url)?.host, [bare, "[\(bare)]"].contains(read) else {
            throw .invalid
        }
        self.url = url
        self.protocol = chosen
        self.host = bare
        self.path = path
        socketPath = nil
    }

    /// What requests name it by: "HOST:PORT", or "localhost" for a Unix socket.
    var authority: String {
        if socketPath != nil { return host }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    private static func signalPath(of chosen: ExportProtocol) -> String {
        switch chosen {
        case .grpc: ""
        case .httpProtobuf, .httpJSON: "/v1/traces"
        case .zipkin: "/api/v2/spans"
        }
    }
}

/// Why a URL is no place to send spans to. The URL may hold a password, so descriptions don't repeat it.
package enum OTLPEndpointError: Error, Hashable {
    case invalid
    case unsupportedScheme
    case noHost
    case credentials
    case queryOrFragment
}

extension OTLPEndpointError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalid: "not a URL such as http://localhost:4318"
        case .unsupportedScheme: "not an http:// or https:// URL such as http://localhost:4318"
        case .noHost: "the URL names no host; it is to look like http://localhost:4318"
        case .credentials: "the URL holds a user name or password; give credentials as a header instead"
        case .queryOrFragment: "the URL has a query or a fragment, which OTLP has no use for"
        }
    }
}
