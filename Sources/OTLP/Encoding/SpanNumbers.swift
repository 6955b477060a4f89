internal import Spans

/// The numbers that OTLP has for what spans say (opentelemetry-proto 1.x, trace/v1/trace.proto).
enum SpanNumbers {
    /// Bits of `flags` beyond W3C's eight: whether the parent is of another process is known, and it is.
    private static let hasIsRemote: UInt32 = 0x100
    private static let isRemote: UInt32 = 0x200

    static func flags(of span: Span) -> UInt32 {
        UInt32(span.flags) | hasIsRemote | (span.parentIsRemote ? isRemote : 0)
    }

    static func number(of kind: Span.Kind) -> UInt64 {
        switch kind {
        case .internal: 1
        case .server: 2
        case .client: 3
        case .producer: 4
        case .consumer: 5
        }
    }

    static func number(of code: Span.StatusCode) -> UInt64 {
        switch code {
        case .unset: 0
        case .ok: 1
        case .error: 2
        }
    }
}
