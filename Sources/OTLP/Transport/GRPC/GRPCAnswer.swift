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
    /// Of those that can say when to try again, what OTLP has a receiver answer before it looks at a request (OTLP specification
    /// 1.x, "OTLP/gRPC Throttling"). The others may come from something on the way that gave up waiting for the receiver.
    private static let throttling: Set<Status.Code> = [.unavailable, .resourceExhausted]
    private static let names = [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
        "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
        "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
    ]

    private static let remedy = "; is it an OTLP/gRPC receiver?"
    private static let credentialsRemedy =
        "; it wants credentials, or others: see the destination's headers (OTEL_EXPORTER_OTLP_HEADERS)"

    /// - Parameter connectionReason: why the connection is no good, if it isn't.
    func outcome(connectionReason: String?) -> DeliveryOutcome {
        if status.code == .ok { return acceptance }
        let origin = metadata[stringValues: GRPCStreamWatch.mark].lazy.compactMap(GRPCStreamWatch.Origin.init).first
        switch origin {
        case .receiver: return outcomeOfStatus
        case .unprocessed: return .unavailable(reason: status.message, mayHaveArrived: false)
        case .reset: return .unavailable(reason: status.message, mayHaveArrived: true)
        case nil: break
        }
        // gRPC's own words for what is no answer by its rules.
        if let code = metadata[stringValues: ":status"].first(where: { _ in true }), !code.hasPrefix("2") {
            return outcome(ofHTTPStatus: code)
        }
        if status.code == .unavailable {
            return .unavailable(reason: Self.short(connectionReason ?? status.message), mayHaveArrived: true)
        }
        return .unconfirmed(reason: Self.short("no answer by gRPC's rules: \(status.message)") + Self.remedy)
    }

    /// Of something between here and the receiver, or of a server that doesn't speak gRPC.
    private func outcome(ofHTTPStatus code: String) -> DeliveryOutcome {
        let reason = "HTTP \(code.prefix(3)) instead of an answer by gRPC"
        switch code {
        case "429", "503": return .unavailable(reason: reason, mayHaveArrived: false)
        case "502", "504": return .unavailable(reason: reason, mayHaveArrived: true)
        case "401", "403": return .refused(reason: reason + Self.credentialsRemedy)
        default: return .refused(reason: reason + Self.remedy)
        }
    }

    private var outcomeOfStatus: DeliveryOutcome {
        let retryDelay = metadata[binaryValues: "grpc-status-details-bin"].lazy
            .compactMap(RetryInfo.delay(inStatus:)).first
        if let retryDelay, Self.retryable.contains(status.code) || status.code == .resourceExhausted {
            return .unavailable(
                reason: said, retryAfter: retryDelay, mayHaveArrived: !Self.throttling.contains(status.code))
        }
        if Self.retryable.contains(status.code) { return .unavailable(reason: said, mayHaveArrived: true) }
        switch status.code {
        case .unauthenticated, .permissionDenied: return .refused(reason: said + Self.credentialsRemedy)
        case .unimplemented: return .refused(reason: said + Self.remedy)
        case .resourceExhausted: return .refused(reason: said + "; it doesn't say when to try again")
        default: return .refused(reason: said)
        }
    }

    private var acceptance: DeliveryOutcome {
        guard messages.count == 1, let partial = try? PartialSuccess(decoding: messages[0]) else {
            return .unconfirmed(reason: "gRPC OK with an answer that isn't OTLP's" + Self.remedy)
        }
        return .accepted(partial)
    }

    /// The receiver's words.
    private var said: String {
        let code = status.code.rawValue
        let name = Self.names.indices.contains(code) ? Self.names[code] : "\(code)"
        let line = Self.short(String(status.message.prefix { !$0.isNewline }))
        return "gRPC \(name)\(line.isEmpty ? "" : ": \(line)")"
    }

    private static func short(_ text: String) -> String { String(text.prefix(PartialSuccess.messageLimit)) }
}
