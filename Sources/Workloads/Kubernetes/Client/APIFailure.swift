internal import AsyncHTTPClient
internal import Glibc
internal import NIOCore
internal import NIOPosix

/// Why the API server has given no answer that is of use.
package enum APIFailure: Error {
    case credentials(ClusterAccessError)
    /// It answers, but not with what was asked for.
    case status(Int, reason: String, message: String)
    /// It can't be reached, or stops in the middle.
    case unreachable(String)
    /// What it answers is nothing that an API server says.
    case garbage(String)
    case cancelled

    init(_ error: any Error) {
        switch error {
        case let failure as APIFailure: self = failure
        case is CancellationError: self = .cancelled
        case let error as UnreadableObject: self = .garbage("\(error)")
        case let error as HTTPClientError where Self.timeouts.contains(error):
            self = .unreachable("no answer within its time")
        case let error as IOError: self = .unreachable(String(cString: strerror(error.errnoCode)))
        case let error as NIOConnectionError where !error.connectionErrors.isEmpty:
            self = APIFailure(error.connectionErrors[0].error)
        case is NIOTooManyBytesError: self = .garbage("an answer that is far too long")
        default: self = .unreachable("\(error)")
        }
    }

    private static let timeouts: [HTTPClientError] = [
        .readTimeout, .deadlineExceeded, .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout,
    ]

    /// Nothing is known any more of the changes since the version that was asked for, or not yet: the server has begun
    /// anew, or stands where it was once before (apiserver, storage/errors.go, NewTooLargeResourceVersionError).
    var isExpired: Bool {
        switch self {
        case .status(410, _, _): true
        case .status(504, _, let message): message.hasPrefix("Too large resource version")
        default: false
        }
    }

    /// There is no such kind of object.
    var isAbsent: Bool {
        if case .status(404, _, _) = self { true } else { false }
    }

    /// The account may not do that at all (apiserver, responsewriters/errors.go, `forbiddenMessage`), which quotas, webhooks and
    /// namespaces that are being removed don't say when they refuse one object.
    var isLackOfRights: Bool {
        guard case .status(403, _, let message) = self else { return false }
        return Self.verbs.contains { message.contains("cannot \($0) resource") }
    }

    private static let verbs = ["get", "list", "watch", "create", "patch"]

    /// The server may take the same later: the credentials are being exchanged, or it has too much to do.
    var isPassing: Bool {
        switch self {
        case .status(401, _, _), .status(408, _, _), .status(429, _, _): true
        default: false
        }
    }
}

extension APIFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .credentials(let error): "\(error)"
        case .status(401, _, _):
            "the API server doesn't take the credentials (401): is the token, or the certificate, of this cluster, and not expired?"
        case .status(403, _, let message) where isLackOfRights:
            "not permitted (403): \(message); nodespan's account needs the right to get, list and watch them"
        case .status(let code, let reason, let message):
            "the API server answers \(code)\(reason.isEmpty ? "" : " \(reason)")\(message.isEmpty ? "" : ": \(message)")"
        case .unreachable(let reason): "the API server can't be reached: \(reason)"
        case .garbage(let what): "the API server answers nonsense: \(what)"
        case .cancelled: "cancelled"
        }
    }
}
