internal import NIOCore

/// Why a connection by gRPC fails.
enum GRPCFailure {
    static func text(of error: any Error) -> String {
        switch error {
        case let error as ConnectTunnelError: "\(error)"
        case ChannelError.connectTimeout: "no connection within 5 seconds"
        default:
            if case .unavailable(let reason, _, _) = TransportFailure(error).outcome { reason } else { "\(error)" }
        }
    }
}
