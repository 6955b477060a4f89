internal import CBPF

extension HTTPServerRecord {
    private static let textLimits = [
        NS_HTTP_TRACESTATE_MAX, NS_HTTP_METHOD_MAX, NS_HTTP_PATH_MAX, NS_HTTP_QUERY_MAX, NS_HTTP_HOST_MAX,
        NS_HTTP_REMOTE_ADDR_MAX, NS_HTTP_USER_AGENT_MAX, NS_HTTP_PATTERN_MAX,
    ].map(Int.init)

    /// - Parameters:
    ///   - record: the whole.
    ///   - span: what it begins with.
    init(_ record: UnsafeRawBufferPointer, _ span: ns_span) throws(RecordError) {
        var texts = try TextCursor(record, lengthsOffset: Layout.textLengths, limits: Self.textLimits)
        let status: UInt16 = record.number(at: Layout.status)
        guard status == 0 || (100...999).contains(status) else { throw .invalidStatus(status) }
        traceState = texts.next()
        method = texts.next()
        path = texts.next()
        query = texts.next()
        host = texts.next()
        remoteAddress = texts.next()
        userAgent = texts.next()
        pattern = texts.next()
        outcome = try Self.outcome(record[Layout.outcome])
        context = try RecordDecoder.context(span)
        requestBodySize = record.bodySize(at: Layout.requestBodySize)
        responseBodySize = record.bodySize(at: Layout.responseBodySize)
        self.status = status == 0 ? nil : Int(status)
        protocolMajor = record[Layout.protocolMajor]
        protocolMinor = record[Layout.protocolMinor]
        isTLS = record[Layout.isTLS] != 0
        truncated = Truncation(rawValue: record.number(at: Layout.truncated))
    }

    private static func outcome(_ value: UInt8) throws(RecordError) -> Outcome {
        switch UInt32(value) {
        case NS_HTTP_RETURNED.rawValue: .returned
        case NS_HTTP_HIJACKED.rawValue: .hijacked
        case NS_HTTP_ABORTED.rawValue: .aborted
        case NS_HTTP_REJECTED.rawValue: .rejected
        default: throw .invalidOutcome(value)
        }
    }
}

/// Byte offsets in `struct ns_http_server_span`.
private enum Layout {
    static let requestBodySize = offset(\.request_body_size)
    static let responseBodySize = offset(\.response_body_size)
    static let status = offset(\.status)
    static let protocolMajor = offset(\.proto_major)
    static let protocolMinor = offset(\.proto_minor)
    static let outcome = offset(\.outcome)
    static let isTLS = offset(\.is_tls)
    static let truncated = offset(\.truncated)
    static let textLengths = offset(\.text_len)

    private static func offset(_ field: PartialKeyPath<ns_http_server_span>) -> Int {
        MemoryLayout.offset(ofField: field)
    }
}
