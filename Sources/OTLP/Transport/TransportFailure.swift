internal import AsyncHTTPClient
internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// Why there was no answer.
struct TransportFailure: Error {
    private let reason: String
    /// The request may have been on its way.
    let mayHaveArrived: Bool

    init(_ error: any Error) {
        switch error {
        case let error as NIOConnectionError:
            (reason, mayHaveArrived) = (Self.reason(of: error), false)
        case let error as HTTPClientError where error == .connectTimeout:
            (reason, mayHaveArrived) = ("no connection in time", false)
        case let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout:
            (reason, mayHaveArrived) = ("no answer in time", true)
        case let error as HTTPClientError where error == .cancelled:
            (reason, mayHaveArrived) = ("cut off before an answer came", true)
        case let error as HTTPClientError where error == .proxyAuthenticationRequired:
            (reason, mayHaveArrived) = ("the proxy wants credentials, or others", false)
        case let error as HTTPClientError where Self.proxyFailures.contains(error):
            (reason, mayHaveArrived) = ("the proxy makes no connection to there", false)
        case let error as HTTPClientError where error == .remoteConnectionClosed:
            (reason, mayHaveArrived) = ("the connection was closed before an answer came", true)
        case let error as NIOSSLError:
            (reason, mayHaveArrived) = (Self.text(of: error), false)
        case let error as NIOSSLExtraError:
            (reason, mayHaveArrived) = (Self.text(of: error), false)
        case let error as IOError:
            (reason, mayHaveArrived) = (Self.systemText(error), !Self.noConnection.contains(error.errnoCode))
        default:
            (reason, mayHaveArrived) = ("\(error)", true)
        }
    }

    private static let proxyFailures: [HTTPClientError] = [.invalidProxyResponse, .httpProxyHandshakeTimeout]

    var outcome: DeliveryOutcome {
        .unavailable(
            reason: String(reason.prefix(PartialSuccess.messageLimit)), retryAfter: nil, mayHaveArrived: mayHaveArrived)
    }

    /// Codes of connect(2), which come before anything is sent. A reset may come later.
    private static let noConnection = [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, ENETDOWN, EADDRNOTAVAIL]

    /// One reason does: hosts with several addresses fail alike, as a rule.
    private static func reason(of error: NIOConnectionError) -> String {
        if let failure = error.connectionErrors.first {
            return "\(error.host): \((failure.error as? IOError).map(systemText) ?? "\(failure.error)")"
        }
        return "\(error.host): \(error.dnsAError ?? error.dnsAAAAError ?? error)"
    }

    /// BoringSSL's errors are for programmers too; the common ones can be put right by the operator.
    private static func text(of error: some Error) -> String {
        let text = "\(error)"
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            return "TLS: the certificate is not signed by an authority that is trusted, or out of date"
        }
        if error as? NIOSSLExtraError == .failedToValidateHostname {
            return "TLS: the certificate is of another host"
        }
        return "TLS: \(text)"
    }

    /// strerror(3) alone: the rest of an IOError is of use to programmers only.
    private static func systemText(_ error: IOError) -> String {
        String(cString: strerror(error.errnoCode)).lowercased()
    }
}
