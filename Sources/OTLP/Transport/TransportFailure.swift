internal import AsyncHTTPClient
internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// Why there was no answer.
struct TransportFailure {
    private let reason: String
    /// The request may have been on its way.
    private let mayHaveArrived: Bool

    init(_ error: any Error) {
        switch error {
        case let error as NIOConnectionError:
            (reason, mayHaveArrived) = (Self.reason(of: error), false)
        case let error as HTTPClientError where error == .connectTimeout:
            (reason, mayHaveArrived) = ("no connection within 5 seconds", false)
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

    var outcome: DeliveryOutcome {
        .unavailable(reason: text, retryAfter: nil, mayHaveArrived: mayHaveArrived)
    }

    /// For people.
    var text: String { String(reason.prefix(PartialSuccess.messageLimit)) }

    /// Codes of connect(2), which come before anything is sent. A reset may come later.
    private static let noConnection = [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, ENETDOWN, EADDRNOTAVAIL]

    /// One reason does: hosts with several addresses fail alike, as a rule.
    private static func reason(of error: NIOConnectionError) -> String {
        if let failure = error.connectionErrors.first {
            return "\(error.host): \((failure.error as? IOError).map(systemText) ?? "\(failure.error)")"
        }
        return "\(error.host): \(error.dnsAError ?? error.dnsAAAAError ?? error)"
    }

    /// BoringSSL's errors are for programmers too; the common one can be put right by the operator.
    private static func text(of error: some Error) -> String {
        let text = "\(error)"
        return text.contains("CERTIFICATE_VERIFY_FAILED")
            ? "TLS: the certificate is not signed by an authority that this machine trusts" : "TLS: \(text)"
    }

    /// strerror(3) alone: the rest of an IOError is of use to programmers only.
    private static func systemText(_ error: IOError) -> String {
        String(cString: strerror(error.errnoCode)).lowercased()
    }
}
