/// Makes spans of HTTP server requests by OpenTelemetry's stable semantic conventions for HTTP.
package struct HTTPServerConvention: Sendable {
    private let redaction: QueryRedaction
    private let scope: InstrumentationScope

    /// - Parameter version: nodespan's own, for the instrumentation scope.
    package init(version: String, redaction: QueryRedaction = .standard) {
        self.redaction = redaction
        scope = InstrumentationScope(name: "nodespan/net/http", version: version)
    }

    /// - Parameter methods: those that are reported by their own name.
    package func span(
        of record: HTTPServerRecord, methods: HTTPMethods = .standard, resource: Resource, clock: borrowing WallClock
    ) -> Span {
        let context = record.context
        let status = statusCode(of: record)
        let route = Self.route(of: record.pattern)
        let isKnownMethod = methods.contains(record.method)
        let (start, end) = clock.unixNanoseconds(fromNS: context.startNS, toNS: context.endNS)
        return Span(
            traceID: context.traceID, spanID: context.spanID, parentSpanID: context.parent,
            parentIsRemote: context.parentIsRemote, flags: context.flags,
            traceState: TraceState.normalized(
                record.traceState, isTruncated: record.truncated.contains(.traceState)),
            name: Self.name(method: isKnownMethod ? record.method : "HTTP", route: route),
            kind: .server, startUnixNano: start, endUnixNano: end,
            status: Self.spanStatus(of: record, statusCode: status),
            attributes: attributes(of: record, isKnownMethod: isKnownMethod, route: route, statusCode: status),
            resource: resource, scope: scope)
    }

    /// "GET /items/{id}", or the method alone: a path is no name, since there are too many of them.
    private static func name(method: String, route: String?) -> String {
        guard let route else { return method }
        return "\(method) \(route)"
    }

    /// The path of a pattern "[METHOD ][HOST]/PATH": a host has no slash.
    ///
    /// Kept as registered, wildcards and `{$}` included: `http.route` is the template in the framework's own format, and
    /// `/items/{$}` (that path only) and `/items/` (all below it) are two routes. But the templates of chi's nested routers
    /// come joined, with `/*` where one is mounted in another, which is no part of the route.
    static func route(of pattern: String) -> String? {
        guard let slash = pattern.utf8.firstIndex(of: UInt8(ascii: "/")) else { return nil }
        var route = pattern[slash...]
        while let mount = route.firstRange(of: "/*/") { route.replaceSubrange(mount, with: "/") }
        return String(route)
    }

    /// What the client was sent: net/http sends 200 for a handler that returned without a word; of a hijacked connection
    /// the server knows nothing, whatever the handler had set before.
    private func statusCode(of record: HTTPServerRecord) -> Int? {
        switch record.outcome {
        case .returned: record.status ?? 200
        case .hijacked: nil
        case .aborted: record.status
        case .rejected: 417
        }
    }

    private static func spanStatus(of record: HTTPServerRecord, statusCode: Int?) -> Span.Status {
        if record.outcome == .aborted {
            return Span.Status(code: .error, message: "the handler panicked or ended its goroutine")
        }
        // 500 and above, the unassigned codes from 600 included. A 4xx is the client's error, not this server's.
        return Span.Status(code: (statusCode ?? 0) >= 500 ? .error : .unset)
    }

    private func attributes(
        of record: HTTPServerRecord, isKnownMethod: Bool, route: String?, statusCode: Int?
    ) -> [Attribute] {
        var attributes: [Attribute] = []
        attributes.reserveCapacity(20)
        appendRequest(of: record, isKnownMethod: isKnownMethod, route: route, to: &attributes)
        appendResponse(of: record, statusCode: statusCode, to: &attributes)
        appendConnection(of: record, to: &attributes)
        let truncated = Self.truncatedKeys(of: record, isKnownMethod: isKnownMethod)
        if !truncated.isEmpty { attributes.append(Attribute("nodespan.truncated", .strings(truncated))) }
        return attributes
    }

    private func appendRequest(
        of record: HTTPServerRecord, isKnownMethod: Bool, route: String?, to attributes: inout [Attribute]
    ) {
        attributes.appendHTTPMethod(record.method, isKnown: isKnownMethod)
        attributes.append("url.path", record.path)
        if !record.query.isEmpty { attributes.append("url.query", redaction.redacted(record.query)) }
        attributes.append("url.scheme", record.isTLS ? "https" : "http")
        if let route { attributes.append("http.route", route) }
        if let size = record.requestBodySize, size > 0 || Self.announcesBody(record.method) {
            attributes.append("http.request.body.size", size)
        }
        if !record.userAgent.isEmpty { attributes.append("user_agent.original", record.userAgent) }
    }

    /// An empty body is worth a word only where a method calls for one; net/http reports 0 for every request without.
    private static func announcesBody(_ method: String) -> Bool {
        method == "POST" || method == "PUT" || method == "PATCH"
    }

    private func appendResponse(of record: HTTPServerRecord, statusCode: Int?, to attributes: inout [Attribute]) {
        if let statusCode { attributes.append("http.response.status_code", statusCode) }
        // net/http counts what a handler writes in answer to HEAD, and sends none of it.
        if let size = record.responseBodySize, record.method != "HEAD", record.outcome != .hijacked {
            attributes.append("http.response.body.size", size)
        }
        // One value for panic, http.ErrAbortHandler and runtime.Goexit, which look the same from where the end is seen;
        // it goes before a status code, since the code set earlier is not why the request failed.
        if record.outcome == .aborted {
            attributes.append("error.type", "aborted")
        } else if let statusCode, statusCode >= 500 {
            attributes.append("error.type", String(statusCode))
        }
    }

    private func appendConnection(of record: HTTPServerRecord, to attributes: inout [Attribute]) {
        attributes.appendHTTPVersion(major: record.protocolMajor, minor: record.protocolMinor)
        if let server = HostPort(record.host) {
            attributes.append("server.address", server.host)
            // A cut host may end within the port. The scheme's default port is not repeated.
            if let port = server.port, !record.truncated.contains(.host) { attributes.append("server.port", port) }
        }
        if let peer = PeerAddress(record.remoteAddress) {
            attributes.append("client.address", peer.address)
            if let port = peer.port { attributes.append("client.port", port) }
            attributes.append("network.peer.address", peer.address)
            if let port = peer.port { attributes.append("network.peer.port", port) }
        }
    }

    /// The attributes that hold less than the request did. "tracestate" stands for the span's trace state, and
    /// "http.request.header" for headers that were not all looked at, so that the parent may be missing.
    private static func truncatedKeys(of record: HTTPServerRecord, isKnownMethod: Bool) -> [String] {
        if record.truncated.isEmpty { return [] }
        var keys: [String] = []
        if record.truncated.contains(.method) {
            keys.append(isKnownMethod ? "http.request.method" : "http.request.method_original")
        }
        if record.truncated.contains(.path) { keys.append("url.path") }
        if record.truncated.contains(.query) { keys.append("url.query") }
        if record.truncated.contains(.host) { keys.append("server.address") }
        if record.truncated.contains(.remoteAddress) { keys += ["client.address", "network.peer.address"] }
        if record.truncated.contains(.userAgent) { keys.append("user_agent.original") }
        if record.truncated.contains(.traceState) { keys.append("tracestate") }
        if record.truncated.contains(.pattern) { keys.append("http.route") }
        if record.truncated.contains(.headers) { keys.append("http.request.header") }
        return keys
    }
}
