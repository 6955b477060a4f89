/// The request methods that are reported by their own name; any other is `_OTHER`, so that a client can't fill a backend
/// with names of its own making.
///
/// Source: OpenTelemetry semantic conventions, `http.request.method`, which also asks that the list can be replaced.
package struct HTTPMethods: Sendable {
    private let known: Set<String>
    /// Bytes.
    private static let listLimit = 8192

    /// RFC 9110, section 9.3; PATCH of RFC 5789; QUERY, as Go 1.27 knows it.
    package static let standard = HTTPMethods(known: [
        "CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE",
    ])

    private init(known: Set<String>) {
        self.known = known
    }

    /// - Parameter list: the value of OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS: case-sensitive names, commas between them,
    ///   instead of the standard ones. Where it is empty, or larger than any that is meant, they remain.
    package init(list: String?) {
        guard let list, !list.isEmpty, list.utf8.count <= Self.listLimit else {
            self = .standard
            return
        }
        known = Set(list.split { $0 == "," || $0.isWhitespace }.map(String.init))
    }

    package func contains(_ method: String) -> Bool {
        known.contains(method)
    }
}
