internal import CBPF

/// One finished HTTP server request: `struct ns_http_server_span`, decoded. Texts are the request's own, their invalid
/// UTF-8 repaired.
package struct HTTPServerRecord: Sendable {
    /// How a request ended: `enum ns_http_outcome`.
    package enum Outcome: Sendable {
        case returned
        case hijacked
        case aborted
        case rejected
    }

    /// The texts that were longer than what the record keeps: one bit for each `enum ns_http_text`.
    package struct Truncation: CutTexts {
        package let rawValue: UInt16

        package init(rawValue: UInt16) {
            self.rawValue = rawValue
        }

        /// Part of the header map was not looked at, so that a traceparent may have been missed.
        package static let headers = Truncation(rawValue: UInt16(NS_HTTP_HEADERS_CUT))
        package static let method = Truncation(text: NS_HTTP_METHOD.rawValue)
        package static let path = Truncation(text: NS_HTTP_PATH.rawValue)
        package static let query = Truncation(text: NS_HTTP_QUERY.rawValue)
        package static let host = Truncation(text: NS_HTTP_HOST.rawValue)
        package static let remoteAddress = Truncation(text: NS_HTTP_REMOTE_ADDR.rawValue)
        package static let userAgent = Truncation(text: NS_HTTP_USER_AGENT.rawValue)
        package static let traceState = Truncation(text: NS_HTTP_TRACESTATE.rawValue)
        package static let pattern = Truncation(text: NS_HTTP_PATTERN.rawValue)
    }

    package var context: SpanContextRecord
    /// Bytes; absent when unknown.
    package var requestBodySize: Int64?
    /// Bytes that the handler wrote; absent when unknown.
    package var responseBodySize: Int64?
    /// The status code that the handler set, 100 to 999 as net/http's checkWriteHeaderCode enforces.
    package var status: Int?
    package var protocolMajor: UInt8
    package var protocolMinor: UInt8
    package var outcome: Outcome
    package var isTLS: Bool
    package var truncated: Truncation
    package var method: String
    /// Decoded, without the query.
    package var path: String
    /// Raw, without the question mark.
    package var query: String
    /// With the port if the client gave one.
    package var host: String
    /// As net.Conn.RemoteAddr prints it.
    package var remoteAddress: String
    package var userAgent: String
    /// All tracestate lines joined with commas, not validated.
    package var traceState: String
    /// As registered with http.ServeMux: "[METHOD ][HOST]/PATH".
    package var pattern: String
}
