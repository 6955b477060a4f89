/// Makes spans of gRPC calls by OpenTelemetry's semantic conventions for RPC, at their current status.
package struct GRPCConvention: Sendable {
    private let scope: InstrumentationScope

    /// - Parameter version: nodespan's own, for the instrumentation scope.
    package init(version: String) {
        scope = InstrumentationScope(name: "nodespan/google.golang.org/grpc", version: version)
    }

    package func span(of record: GRPCRecord, resource: Resource, clock: borrowing WallClock) -> Span {
        let context = record.context
        let method = GRPCMethod(record.method)
        let error = Self.error(of: record)
        let (start, end) = clock.unixNanoseconds(fromNS: context.startNS, toNS: context.endNS)
        return Span(
            traceID: context.traceID, spanID: context.spanID, parentSpanID: context.parent,
            parentIsRemote: context.parentIsRemote, flags: context.flags,
            traceState: TraceState.normalized(
                record.traceState, isTruncated: record.truncated.contains(.traceState)),
            name: method.spanName, kind: record.side == .server ? .server : .client, startUnixNano: start,
            endUnixNano: end, status: Span.Status(code: error == nil ? .unset : .error),
            attributes: attributes(of: record, method, error: error), resource: resource, scope: scope)
    }

    /// What `error.type` says; nil where the call didn't fail. A server fails by what it is to blame for, a client by
    /// whatever isn't OK.
    private static func error(of record: GRPCRecord) -> String? {
        switch record.outcome {
        case .status(let code):
            let isError =
                switch record.side {
                case .server: GRPCStatus.serverErrors.contains(code)
                case .client: code != 0
                }
            return isError ? GRPCStatus.name(of: code) : nil
        case .noStatus: return nil
        case .otherError: return "_OTHER"
        }
    }

    private func attributes(of record: GRPCRecord, _ method: GRPCMethod, error: String?) -> [Attribute] {
        var attributes: [Attribute] = []
        attributes.reserveCapacity(12)
        attributes.append("rpc.system", "grpc")
        if let service = method.service { attributes.append("rpc.service", service) }
        if !method.method.isEmpty { attributes.append("rpc.method", method.method) }
        if case .status(let code) = record.outcome { attributes.append("rpc.grpc.status_code", Int(code)) }
        if let error { attributes.append("error.type", error) }
        switch record.side {
        case .server: Self.appendServerConnection(of: record, to: &attributes)
        case .client: Self.appendClientConnection(of: record, to: &attributes)
        }
        let truncated = Self.truncatedKeys(of: record)
        if !truncated.isEmpty { attributes.append(Attribute("nodespan.truncated", .strings(truncated))) }
        return attributes
    }

    /// What the client asked for goes before what the socket is bound to; but for a Unix domain socket, clients make up a
    /// name.
    private static func appendServerConnection(of record: GRPCRecord, to attributes: inout [Attribute]) {
        if record.isUnix {
            if !record.authority.isEmpty { attributes.append("server.address", record.authority) }
        } else if let server = HostPort(record.authority) {
            attributes.append("server.address", server.host)
            if let port = server.port, !record.truncated.contains(.authority) {
                attributes.append("server.port", port)
            }
        } else if let local = record.local {
            attributes.append("server.address", local.address)
            attributes.append("server.port", local.port)
        }
        let text = PeerAddress(record.peerText)
        guard let address = record.peer?.address ?? text?.address else { return }
        let port = record.peer?.port ?? text?.port
        attributes.append("client.address", address)
        if let port { attributes.append("client.port", port) }
        attributes.append("network.peer.address", address)
        if let port { attributes.append("network.peer.port", port) }
    }

    /// The attributes that hold less than the call did. "tracestate" stands for the span's trace state, and
    /// "rpc.grpc.request.metadata" for metadata that was not all looked at, so that the parent may be missing.
    private static func truncatedKeys(of record: GRPCRecord) -> [String] {
        var keys: [String] = []
        if record.truncated.contains(.method) { keys += ["rpc.service", "rpc.method"] }
        if record.truncated.contains(.authority) { keys.append("server.address") }
        if record.truncated.contains(.peer) { keys += ["client.address", "network.peer.address"] }
        if record.truncated.contains(.traceState) { keys.append("tracestate") }
        if record.truncated.contains(.metadata) { keys.append("rpc.grpc.request.metadata") }
        return keys
    }
}
