/// Makes spans of HTTP client requests by OpenTelemetry's stable semantic conventions for HTTP.
package struct HTTPClientConvention: Sendable {
    private let redaction: QueryRedaction
    private let scope: InstrumentationScope

    /// - Parameter version: nodespan's own, for the instrumentation scope.
    package init(version: String, redaction: QueryRedaction = .standard) {
        self.redaction = redaction
        scope = InstrumentationScope(name: "nodespan/net/http", version: version)
    }

    /// - Parameter methods: those that are reported by their own name.
    package func span(
        of record: HTTPClientRecord, methods: HTTPMethods = .standard, resource: Resource, clock: borrowing WallClock
    ) -> Span {
        let context = record.context
        let method = record.method.isEmpty ? "GET" : record.method
        let isKnownMethod = methods.contains(method)
        let (start, end) = clock.unixNanoseconds(fromNS: context.startNS, toNS: context.endNS)
        return Span(
            traceID: context.traceID, spanID: context.spanID, parentSpanID: context.parent,
            parentIsRemote: context.parentIsRemote, flags: context.flags,
            traceState: TraceState.normalized(
                record.traceState, isTruncated: record.truncated.contains(.traceState)),
            name: isKnownMethod ? method : "HTTP", kind: .client, startUnixNano: start, endUnixNano: end,
            status: Self.spanStatus(of: record),
            attributes: attributes(of: record, method: method, isKnownMethod: isKnownMethod),
            resource: resource, scope: scope)
    }

    private static func spanStatus(of record: HTTPClientRecord) -> Span.Status {
        if let error = record.error { return Span.Status(code: .error, message: error.message) }
        return Span.Status(code: record.status.map(isFailure) == true ? .error : .unset)
    }

    /// To a client, the server's refusal is a failure, too, and so is a status that means nothing.
    private static func isFailure(_ status: Int) -> Bool { !(100..<400).contains(status) }

    private func attributes(of record: HTTPClientRecord, method: String, isKnownMethod: Bool) -> [Attribute] {
        var attributes: [Attribute] = []
        attributes.reserveCapacity(16)
        attributes.appendHTTPMethod(method, isKnown: isKnownMethod)
        attributes.append("url.full", url(of: record))
        appendServer(of: record, to: &attributes)
        if record.resendCount > 0 { attributes.append("http.request.resend_count", record.resendCount) }
        // Go has 0 as well for a body whose size it doesn't know.
        if let size = record.requestBodySize, size > 0 { attributes.append("http.request.body.size", size) }
        if !record.userAgent.isEmpty { attributes.append("user_agent.original", record.userAgent) }
        appendResponse(of: record, isToHead: method == "HEAD", to: &attributes)
        let truncated = Self.truncatedKeys(of: record, isKnownMethod: isKnownMethod)
        if !truncated.isEmpty { attributes.append(Attribute("nodespan.truncated", .strings(truncated))) }
        return attributes
    }

    /// Without the fragment, which isn't sent, and without credentials.
    private func url(of record: HTTPClientRecord) -> String {
        var url = record.scheme.isEmpty ? "//" : record.scheme + "://"
        if record.hasUser { url += record.hasPassword ? "REDACTED:REDACTED@" : "REDACTED@" }
        let path = record.isRawPath ? record.path : PercentEncoding.encode(path: record.path)
        url += Self.host(record.host, isAfterUser: record.hasUser)
        // As net/url's `URL.String` does.
        if !record.host.isEmpty, !path.isEmpty, path.utf8.first != UInt8(ascii: "/") { url += "/" }
        url += path
        if !record.query.isEmpty { url += "?" + redaction.redacted(record.query) }
        return url
    }

    /// Without the credentials that a program may have put there by mistake, where net/url would not have them.
    private static func host(_ host: String, isAfterUser: Bool) -> String {
        guard let at = host.utf8.lastIndex(of: UInt8(ascii: "@")) else { return host }
        return (isAfterUser ? "" : "REDACTED@") + host[host.utf8.index(after: at)...]
    }

    private func appendServer(of record: HTTPClientRecord, to attributes: inout [Attribute]) {
        guard let server = HostPort(record.host) else { return }
        attributes.append("server.address", server.host)
        // A cut host may end within the port.
        guard !record.truncated.contains(.host) else { return }
        if let port = server.port ?? Self.defaultPorts[record.scheme] { attributes.append("server.port", port) }
    }

    private static let defaultPorts: [String: UInt16] = ["http": 80, "https": 443]

    private func appendResponse(
        of record: HTTPClientRecord, isToHead: Bool, to attributes: inout [Attribute]
    ) {
        if let error = record.error {
            attributes.append("error.type", error.type)
            return
        }
        guard let status = record.status else { return }
        attributes.append("http.response.status_code", status)
        if Self.isFailure(status) { attributes.append("error.type", String(status)) }
        // What a response to HEAD says is the size of a body that isn't sent.
        if let size = record.responseBodySize, !isToHead { attributes.append("http.response.body.size", size) }
        attributes.appendHTTPVersion(major: record.protocolMajor, minor: record.protocolMinor)
    }

    /// The attributes that hold less than the request did. "tracestate" stands for the span's trace state.
    private static func truncatedKeys(of record: HTTPClientRecord, isKnownMethod: Bool) -> [String] {
        if record.truncated.isEmpty { return [] }
        var keys: [String] = []
        if record.truncated.contains(.method) {
            keys.append(isKnownMethod ? "http.request.method" : "http.request.method_original")
        }
        if !record.truncated.isDisjoint(with: [.scheme, .host, .path, .query]) { keys.append("url.full") }
        if record.truncated.contains(.host) { keys.append("server.address") }
        if record.truncated.contains(.userAgent) { keys.append("user_agent.original") }
        if record.truncated.contains(.traceState) { keys.append("tracestate") }
        return keys
    }
}
