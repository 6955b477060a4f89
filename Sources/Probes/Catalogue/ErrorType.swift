internal import CBPF

/// A type that errors have by which the programs tell what they are. Programs have those of them that they may return.
struct ErrorType: Sendable {
    var type: TypeName
    /// The values are pointers to it.
    var isPointer: Bool
    var kind: ns_error_kind
    /// The field with the error that it was made from, if it keeps that.
    var inner: String?

    private init(
        _ package: String, _ name: String, _ kind: ns_error_kind, isPointer: Bool = false, inner: String? = nil
    ) {
        type = TypeName(package: package, name: name)
        self.isPointer = isPointer
        self.kind = kind
        self.inner = inner
    }

    /// What clients of Go 1.19 to 1.27 return.
    static let all: [ErrorType] =
        [
            ErrorType("errors", "errorString", NS_ERROR_TEXT, isPointer: true),
            ErrorType("context", "deadlineExceededError", NS_ERROR_DEADLINE),
            ErrorType("internal/poll", "DeadlineExceededError", NS_ERROR_POLL_DEADLINE, isPointer: true),
            ErrorType("net", "timeoutError", NS_ERROR_NET_TIMEOUT, isPointer: true),
            ErrorType("net", "OpError", NS_ERROR_NET_OP, isPointer: true, inner: "Err"),
            ErrorType("net", "DNSError", NS_ERROR_NET_DNS, isPointer: true),
            ErrorType("net", "AddrError", NS_ERROR_NET_ADDRESS, isPointer: true),
            ErrorType("crypto/tls", "RecordHeaderError", NS_ERROR_TLS_RECORD_HEADER),
            ErrorType(
                "crypto/tls", "CertificateVerificationError", NS_ERROR_TLS_CERTIFICATE, isPointer: true, inner: "Err"),
            ErrorType("crypto/tls", "alert", NS_ERROR_TLS_ALERT),
            ErrorType("crypto/tls", "AlertError", NS_ERROR_TLS_ALERT),
            ErrorType("net/http", "tlsHandshakeTimeoutError", NS_ERROR_TLS_TIMEOUT),
            ErrorType("crypto/x509", "UnknownAuthorityError", NS_ERROR_X509_AUTHORITY),
            ErrorType("crypto/x509", "HostnameError", NS_ERROR_X509_HOSTNAME),
            ErrorType("crypto/x509", "CertificateInvalidError", NS_ERROR_X509_INVALID),
            ErrorType("net/http", "httpError", NS_ERROR_HTTP, isPointer: true),
            ErrorType("net/http", "timeoutError", NS_ERROR_HTTP_TIMEOUT, isPointer: true),
            ErrorType("net/url", "Error", NS_ERROR_URL, isPointer: true, inner: "Err"),
            ErrorType("fmt", "wrapError", NS_ERROR_WRAP, isPointer: true, inner: "err"),
            ErrorType("net/http", "nothingWrittenError", NS_ERROR_HOLDER, inner: "error"),
            ErrorType("net/http", "transportReadFromServerError", NS_ERROR_HOLDER, inner: "err"),
        ]
        + [("net/http", "http2"), ("net/http/internal/http2", ""), ("golang.org/x/net/http2", "")].flatMap {
            [
                ErrorType($0, "\($1)StreamError", NS_ERROR_HTTP2_STREAM),
                ErrorType($0, "\($1)GoAwayError", NS_ERROR_HTTP2_GO_AWAY),
                ErrorType($0, "\($1)ConnectionError", NS_ERROR_HTTP2_CONNECTION),
            ]
        }
}
