/// The request methods that are reported by their own name; any other is `_OTHER`, so that a client can't fill a backend
/// with names of its own making.
///
/// Source: OpenTelemetry semantic conventions, `http.request.method`, which also asks that the list can be replaced.
package struct HTTPMethods: Sendable {
    private let known: Set<String>

    /// RFC 9110, section 9.3; PATCH of RFC 5789; QUERY, as Go 1.27 knows it.
    package static let standard = HTTPMethods(known: [
        "CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE",
    ])

    package init(known: Set<String>) {
        self.known = known
    }

    /// - Parameter list: the value of OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS: case-sensitive names, commas between them.
    package init(list: String) {
        known = Set(list.split { $0 == "," || $0.isWhitespace }.map(String.init))
    }

    package func contains(_ method: String) -> Bool {
        known.contains(method)
    }
}
