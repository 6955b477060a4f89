internal import AsyncHTTPClient
internal import Glibc
internal import NIOCore
internal import NIOHTTP1
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
        case let error as HTTPClientError:
            (reason, mayHaveArrived) = Self.meaning(of: error)
        case let error as ConnectTunnelError:
            (reason, mayHaveArrived) = ("\(error)", false)
        case let error as NIOSSLError:
            (reason, mayHaveArrived) = (Self.text(of: error), false)
        case let error as NIOSSLExtraError:
            (reason, mayHaveArrived) = (Self.text(of: error), false)
        case let error as IOError:
            (reason, mayHaveArrived) = (Self.systemText(error), !Self.noConnection.contains(error.errnoCode))
        case let error as ChannelError:
            if case .connectTimeout = error {
                (reason, mayHaveArrived) = (Self.noConnectionInTime, false)
            } else {
                (reason, mayHaveArrived) = (Self.closed, true)
            }
        case is HTTPParserError:
            (reason, mayHaveArrived) = ("what answers doesn't do so by HTTP", true)
        case is CancellationError:
            (reason, mayHaveArrived) = (Self.cutOff, true)
        default:
            (reason, mayHaveArrived) = ("\(error)", true)
        }
    }

    private static let noConnectionInTime = "no connection in time"
    private static let closed = "the connection was closed before an answer came"
    private static let cutOff = "cut off before an answer came"

    private static func meaning(of error: HTTPClientError) -> (String, mayHaveArrived: Bool) {
        switch error {
        case .connectTimeout, .getConnectionFromPoolTimeout: (noConnectionInTime, false)
        case .tlsHandshakeTimeout: ("TLS: the handshake wasn't over in time", false)
        case .proxyAuthenticationRequired: ("the proxy wants credentials, or others", false)
        case .invalidProxyResponse, .httpProxyHandshakeTimeout: ("the proxy makes no connection to there", false)
        case .deadlineExceeded, .readTimeout: ("no answer in time", true)
        case .cancelled: (cutOff, true)
        // With a proxy, that of the tunnel looks the same.
        case .remoteConnectionClosed: (closed, true)
        default: (error.shortDescription.lowercased(), true)
        }
    }

    var outcome: DeliveryOutcome {
        .unavailable(reason: text, retryAfter: nil, mayHaveArrived: mayHaveArrived)
    }

    /// For people.
    var text: String { String(reason.prefix(PartialSuccess.messageLimit)) }

    /// Codes of connect(2), which come before anything is sent. A reset may come later. A Unix socket may not be there, or not
    /// be ours to use, and a firewall's rule is EPERM.
    private static let noConnection = [
        ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, ENETDOWN, EADDRNOTAVAIL, ENOENT, EACCES, EPERM,
    ]

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
