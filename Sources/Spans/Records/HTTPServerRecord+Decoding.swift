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
        let status = record.loadUnaligned(fromByteOffset: Layout.status, as: UInt16.self)
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
        requestBodySize = Self.size(record, at: Layout.requestBodySize)
        responseBodySize = Self.size(record, at: Layout.responseBodySize)
        self.status = status == 0 ? nil : Int(status)
        protocolMajor = record[Layout.protocolMajor]
        protocolMinor = record[Layout.protocolMinor]
        isTLS = record[Layout.isTLS] != 0
        truncated = Truncation(rawValue: record.loadUnaligned(fromByteOffset: Layout.truncated, as: UInt16.self))
    }

    private static func size(_ record: UnsafeRawBufferPointer, at offset: Int) -> Int64? {
        let size = record.loadUnaligned(fromByteOffset: offset, as: Int64.self)
        return size < 0 ? nil : size
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
        guard let offset = MemoryLayout<ns_http_server_span>.offset(of: field) else {
            preconditionFailure("a field of a C struct is stored")
        }
        return offset
    }
}
