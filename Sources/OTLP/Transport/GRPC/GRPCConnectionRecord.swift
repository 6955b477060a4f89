internal import NIOCore
internal import NIOHTTP2
internal import Synchronization

/// What is known of one connection, told by its channel and asked for by its requests.
final class GRPCConnectionRecord: Sendable {
    private struct State {
        var channel: (any Channel)?
        /// No further request is to go by it.
        var isSpent = false
        /// The receiver has spoken HTTP/2.
        var isGreeted = false
        var reason: String?
    }

    private struct Closed: Error {}

    private let state = Mutex(State())

    /// - Throws: when it is to be closed already.
    func begin(_ channel: any Channel) throws {
        try state.withLock { state in
            if state.isSpent { throw Closed() }
            state.channel = channel
        }
    }

    var isSpent: Bool { state.withLock { $0.isSpent } }
    var isGreeted: Bool { state.withLock { $0.isGreeted } }

    /// Why it can't be used, or ended.
    var reason: String {
        state.withLock { state in
            if let reason = state.reason { return reason }
            return state.isGreeted
                ? "the connection was closed before an answer came"
                : "the connection was closed before the receiver spoke HTTP/2; is it an OTLP/gRPC receiver?"
        }
    }

    func greeted() { state.withLock { $0.isGreeted = true } }

    /// No further request is to go by it. The first reason counts.
    func spend(because reason: String? = nil) {
        state.withLock { state in
            state.isSpent = true
            if state.reason == nil { state.reason = reason.map { String($0.prefix(PartialSuccess.messageLimit)) } }
        }
    }

    /// As `spend`, for an error.
    func fail(_ error: any Error) {
        guard error is any NIOHTTP2Error else { return spend(because: TransportFailure(error).text) }
        spend(
            because: isGreeted
                ? "the receiver has broken the rules of HTTP/2"
                : "the receiver doesn't speak HTTP/2; "
                    + "is the port that of OTLP/gRPC, or is the protocol to be http/protobuf?")
    }

    /// Ends it, and requests that still go by it.
    func close() {
        let channel = state.withLock { state in
            state.isSpent = true
            return state.channel.take()
        }
        channel?.close(promise: nil)
    }
}
