internal import FoundationEssentials

/// Where spans are sent: the URL of an OTLP/HTTP receiver's traces.
package struct OTLPEndpoint: Hashable, Sendable {
    /// Whole, with the path of the signal; nothing in it is secret.
    package let url: String
    /// Reached by TLS.
    package var isSecure: Bool { url.hasPrefix("https:") }

    /// As it stands in the URL, without brackets.
    let host: String

    private static let signalPath = "/v1/traces"

    /// - Parameters:
    ///   - text: a base URL, to which the path of the signal is added (OpenTelemetry specification, OTLP Exporter,
    ///     "Endpoint URLs for OTLP/HTTP"), or one that ends with that path already.
    ///   - isForTraces: a URL for this signal alone, whose path is taken as it stands, if it has one.
    package init(_ text: String, isForTraces: Bool = false) throws(OTLPEndpointError) {
        guard !text.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7f }), var parts = URLComponents(string: text),
            let scheme = parts.scheme?.lowercased()
        else { throw .invalid }
        if scheme == "grpc" || scheme == "grpcs" { throw .grpc }
        guard scheme == "http" || scheme == "https" else { throw .unsupportedScheme }
        guard parts.user == nil, parts.password == nil else { throw .credentials }
        guard parts.query == nil, parts.fragment == nil else { throw .queryOrFragment }
        guard let host = parts.host, !host.isEmpty else { throw .noHost }
        if parts.port == 4317 { throw .grpc }
        if let port = parts.port, !(1...65535).contains(port) { throw .invalid }
        var path = parts.percentEncodedPath
        if !isForTraces || path.isEmpty || path == "/" {
            while path.hasSuffix("/") { path.removeLast() }
            if !path.hasSuffix(Self.signalPath) { path += Self.signalPath }
        }
        parts.scheme = scheme
        parts.percentEncodedPath = path
        guard let url = parts.string else { throw .invalid }
        self.url = url
        self.host = host.filter { $0 != "[" && $0 != "]" }
    }
}

/// Why a URL is no place to send spans to. The URL may hold a password, so descriptions don't repeat it.
package enum OTLPEndpointError: Error, Hashable {
    case invalid
    case unsupportedScheme
    case noHost
    case grpc
    case credentials
    case queryOrFragment
}

extension OTLPEndpointError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalid: "not a URL such as http://localhost:4318"
        case .unsupportedScheme: "not an http:// or https:// URL such as http://localhost:4318"
        case .noHost: "the URL names no host; it is to look like http://localhost:4318"
        case .grpc:
            "OTLP over gRPC (port 4317) is not supported yet; use the collector's OTLP/HTTP receiver, "
                + "http://HOST:4318 as a rule"
        case .credentials: "the URL holds a user name or password; give credentials as a header instead"
        case .queryOrFragment: "the URL has a query or a fragment, which OTLP has no use for"
        }
    }
}
