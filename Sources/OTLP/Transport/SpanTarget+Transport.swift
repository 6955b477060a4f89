extension SpanTarget {
    /// What carries batches there; to be ended by `shutdown`.
    /// - Parameter judge: why nothing may be sent to a numeric address, nil when it may: for a destination that somebody names
    ///   who may not reach all that this process does. Without it, none is judged.
    package func makeTransport(
        userAgent: String, judge: (@Sendable (String) -> String?)? = nil
    ) -> any Transport {
        switch self {
        case .receiver(let receiver):
            switch receiver.endpoint.protocol {
            case .grpc: GRPCTransport(receiver, userAgent: userAgent, judge: judge)
            case .httpProtobuf, .httpJSON, .zipkin: HTTPTransport(receiver, userAgent: userAgent, judge: judge)
            }
        case .file(let file): FileTransport(file)
        case .console: ConsoleTransport()
        }
    }
}
