internal import CBPF

/// The error that a client was handed instead of a response, as far as it is known.
package struct ClientError: Sendable, Hashable {
    /// `error.type`: the Go type of the error, or of the one in it that tells more, as `%T` prints it but with the whole path
    /// of its package. Types in a copy of golang.org/x/net/http2 count as the original's, and crypto/tls.alert as AlertError.
    /// For what is only told by its text, the variable that it is in; `_OTHER` for what isn't known.
    package var type: String
    /// Empty when the text isn't known.
    package var message: String

    /// - Parameters:
    ///   - kind: `enum ns_error_kind`.
    ///   - text: what an error says that is told by its text.
    init(kind: UInt32, text: String) {
        message = text
        type =
            switch kind {
            case NS_ERROR_TEXT.rawValue: Self.variable(text) ?? "*errors.errorString"
            case NS_ERROR_DEADLINE.rawValue: "context.deadlineExceededError"
            case NS_ERROR_POLL_DEADLINE.rawValue: "*internal/poll.DeadlineExceededError"
            case NS_ERROR_NET_TIMEOUT.rawValue: "*net.timeoutError"
            case NS_ERROR_NET_OP.rawValue: "*net.OpError"
            case NS_ERROR_NET_DNS.rawValue: "*net.DNSError"
            case NS_ERROR_NET_ADDRESS.rawValue: "*net.AddrError"
            case NS_ERROR_TLS_RECORD_HEADER.rawValue: "crypto/tls.RecordHeaderError"
            case NS_ERROR_TLS_CERTIFICATE.rawValue: "*crypto/tls.CertificateVerificationError"
            case NS_ERROR_TLS_ALERT.rawValue: "crypto/tls.AlertError"
            case NS_ERROR_TLS_TIMEOUT.rawValue: "net/http.tlsHandshakeTimeoutError"
            case NS_ERROR_X509_AUTHORITY.rawValue: "crypto/x509.UnknownAuthorityError"
            case NS_ERROR_X509_HOSTNAME.rawValue: "crypto/x509.HostnameError"
            case NS_ERROR_X509_INVALID.rawValue: "crypto/x509.CertificateInvalidError"
            case NS_ERROR_HTTP.rawValue: "*net/http.httpError"
            case NS_ERROR_HTTP_TIMEOUT.rawValue: "*net/http.timeoutError"
            case NS_ERROR_HTTP2_STREAM.rawValue: "golang.org/x/net/http2.StreamError"
            case NS_ERROR_HTTP2_GO_AWAY.rawValue: "golang.org/x/net/http2.GoAwayError"
            case NS_ERROR_HTTP2_CONNECTION.rawValue: "golang.org/x/net/http2.ConnectionError"
            case NS_ERROR_URL.rawValue: "*net/url.Error"
            case NS_ERROR_WRAP.rawValue: "*fmt.wrapError"
            default: "_OTHER"
            }
    }

    /// Errors that programs compare with, and that have no types of their own.
    private static func variable(_ text: String) -> String? {
        switch text {
        case "context canceled": "context.Canceled"
        case "EOF": "io.EOF"
        case "unexpected EOF": "io.ErrUnexpectedEOF"
        case "use of closed network connection": "net.ErrClosed"
        default: nil
        }
    }
}
