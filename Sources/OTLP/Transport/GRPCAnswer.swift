internal import GRPCCore

/// An answer to an export request by gRPC, and what it means (OTLP specification 1.x, "OTLP/gRPC Response").
struct GRPCAnswer {
    let status: Status
    let metadata: Metadata
    /// Those of the answer; one, where all is well.
    let messages: [[UInt8]]

    private static let retryable: Set<Status.Code> = [
        .cancelled, .deadlineExceeded, .aborted, .outOfRange, .unavailable, .dataLoss,
    ]
    private static let names = [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
        "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
        "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
    ]

    /// - Parameter connectionReason: why the connection is no good, if it isn't.
    func outcome(connectionReason: String?) -> DeliveryOutcome {
        if status.code == .ok { return acceptance }
        guard !metadata[stringValues: GRPCStreamWatch.mark].contains("1") else { return outcomeOfStatus }
        // gRPC's own words for what is no answer by its rules.
        switch status.code {
        case .unavailable:
            return .unavailable(reason: Self.short(connectionReason ?? status.message), mayHaveArrived: true)
        case .unauthenticated, .permissionDenied, .unimplemented: return .refused(reason: reason)
        default:
            return .unconfirmed(
                reason: Self.short("\(status.message); is it an OTLP/gRPC receiver?"))
        }
    }

    private var outcomeOfStatus: DeliveryOutcome {
        let retryDelay = metadata[binaryValues: "grpc-status-details-bin"].lazy.compactMap(RetryInfo.delay(inStatus:))
            .first
        if let retryDelay, Self.retryable.contains(status.code) || status.code == .resourceExhausted {
            // It says that it is busy: it hasn't begun.
            return .unavailable(reason: reason, retryAfter: retryDelay, mayHaveArrived: false)
        }
        if Self.retryable.contains(status.code) { return .unavailable(reason: reason, mayHaveArrived: true) }
        return .refused(reason: reason)
    }

    private var acceptance: DeliveryOutcome {
        guard messages.count == 1, let partial = try? PartialSuccess(decoding: messages[0]) else {
            return .unconfirmed(reason: "gRPC OK with an answer that isn't OTLP's; is it an OTLP receiver?")
        }
        return .accepted(partial)
    }

    private var reason: String {
        let code = status.code.rawValue
        let name = Self.names.indices.contains(code) ? Self.names[code] : "\(code)"
        let line = Self.short(String(status.message.prefix { !$0.isNewline }))
        let said = "gRPC \(name)\(line.isEmpty ? "" : ": \(line)")"
        return switch status.code {
        case .unauthenticated, .permissionDenied:
            "\(said); it wants credentials, or others: see the destination's headers (OTEL_EXPORTER_OTLP_HEADERS)"
        case .unimplemented: "\(said); is it an OTLP/gRPC receiver?"
        case .resourceExhausted: "\(said); it doesn't say when to try again"
        default: said
        }
    }

    private static func short(_ text: String) -> String { String(text.prefix(PartialSuccess.messageLimit)) }
}
