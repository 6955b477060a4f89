internal import CBPF

/// One round trip of an HTTP client: `struct ns_http_client_span`, decoded. Texts are the request's own, their invalid UTF-8
/// repaired.
package struct HTTPClientRecord: Sendable {
    /// The texts that were longer than what the record keeps: one bit for each `enum ns_http_client_text`.
    package struct Truncation: CutTexts {
        package let rawValue: UInt16

        package init(rawValue: UInt16) {
            self.rawValue = rawValue
        }

        package static let method = Truncation(text: NS_HTTP_CLIENT_METHOD.rawValue)
        package static let scheme = Truncation(text: NS_HTTP_CLIENT_SCHEME.rawValue)
        package static let host = Truncation(text: NS_HTTP_CLIENT_HOST.rawValue)
        package static let path = Truncation(text: NS_HTTP_CLIENT_PATH.rawValue)
        package static let query = Truncation(text: NS_HTTP_CLIENT_QUERY.rawValue)
        package static let userAgent = Truncation(text: NS_HTTP_CLIENT_USER_AGENT.rawValue)
        package static let traceState = Truncation(text: NS_HTTP_CLIENT_TRACESTATE.rawValue)
    }

    package var context: SpanContextRecord
    /// Bytes; absent when unknown.
    package var requestBodySize: Int64?
    /// Bytes; absent when unknown.
    package var responseBodySize: Int64?
    /// As the server sent it, which may be any number but 0. Absent when there was no response.
    package var status: Int?
    package var protocolMajor: UInt8
    package var protocolMinor: UInt8
    /// The error that came instead of a response.
    package var error: ClientError?
    /// How often the request had been sent before.
    package var resendCount: Int
    package var hasUser: Bool
    package var hasPassword: Bool
    package var truncated: Truncation
    /// The path is encoded as it was sent; else it is decoded.
    package var isRawPath: Bool
    /// Empty for GET, as Go has it.
    package var method: String
    /// "http" or "https"
    package var scheme: String
    /// With the port if it is in the URL.
    package var host: String
    package var path: String
    /// Raw, without the question mark.
    package var query: String
    /// Empty unless the application set it.
    package var userAgent: String
    /// The parent's, not validated.
    package var traceState: String
}

extension HTTPClientRecord {
    private static let textLimits = [
        NS_HTTP_CLIENT_METHOD_MAX, NS_HTTP_CLIENT_SCHEME_MAX, NS_HTTP_CLIENT_HOST_MAX, NS_HTTP_CLIENT_PATH_MAX,
        NS_HTTP_CLIENT_QUERY_MAX, NS_HTTP_CLIENT_USER_AGENT_MAX, NS_HTTP_CLIENT_TRACESTATE_MAX,
        NS_HTTP_CLIENT_ERROR_MAX,
    ].map(Int.init)

    /// - Parameters:
    ///   - record: the whole.
    ///   - span: what it begins with.
    init(_ record: UnsafeRawBufferPointer, _ span: ns_span) throws(RecordError) {
        var texts = try TextCursor(record, lengthsOffset: Layout.textLengths, limits: Self.textLimits)
        let status: UInt16 = record.number(at: Layout.status)
        let errorKind: UInt16 = record.number(at: Layout.errorKind)
        guard status > 0 || errorKind != 0 else { throw .invalidStatus(status) }
        context = try RecordDecoder.context(span)
        requestBodySize = record.bodySize(at: Layout.requestBodySize)
        responseBodySize = record.bodySize(at: Layout.responseBodySize)
        self.status = errorKind == 0 ? Int(status) : nil
        protocolMajor = record[Layout.protocolMajor]
        protocolMinor = record[Layout.protocolMinor]
        resendCount = Int(record.number(at: Layout.resendCount) as UInt16)
        let user = Int32(record.number(at: Layout.userinfo) as UInt16)
        hasUser = user & NS_HTTP_CLIENT_USER != 0
        hasPassword = user & NS_HTTP_CLIENT_PASSWORD != 0
        truncated = Truncation(rawValue: record.number(at: Layout.truncated))
        isRawPath = record.number(at: Layout.isRawPath) as UInt16 != 0
        method = texts.next()
        scheme = texts.next()
        host = texts.next()
        path = texts.next()
        query = texts.next()
        userAgent = texts.next()
        traceState = texts.next()
        let errorText = texts.next()
        error = errorKind == 0 ? nil : ClientError(kind: UInt32(errorKind), text: errorText)
    }

}

/// Byte offsets in `struct ns_http_client_span`.
private enum Layout {
    static let requestBodySize = offset(\.request_body_size)
    static let responseBodySize = offset(\.response_body_size)
    static let status = offset(\.status)
    static let protocolMajor = offset(\.proto_major)
    static let protocolMinor = offset(\.proto_minor)
    static let errorKind = offset(\.error_kind)
    static let resendCount = offset(\.resend_count)
    static let userinfo = offset(\.userinfo)
    static let truncated = offset(\.truncated)
    static let isRawPath = offset(\.is_raw_path)
    static let textLengths = offset(\.text_len)

    private static func offset(_ field: PartialKeyPath<ns_http_client_span>) -> Int {
        MemoryLayout.offset(ofField: field)
    }
}
