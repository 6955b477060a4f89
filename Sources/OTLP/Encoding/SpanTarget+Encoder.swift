extension SpanTarget {
    /// An encoder of what goes there, without spans.
    package func makeEncoder() -> any BatchEncoder {
        switch self {
        case .receiver(let receiver):
            switch receiver.endpoint.protocol {
            case .grpc, .httpProtobuf: TraceRequestEncoder()
            case .httpJSON: JSONTraceRequestEncoder()
            case .zipkin: ZipkinEncoder()
            }
        case .file: JSONTraceRequestEncoder()
        case .console(.json): SpanLineEncoder()
        case .console(.text): SpanTreeEncoder()
        }
    }
}
