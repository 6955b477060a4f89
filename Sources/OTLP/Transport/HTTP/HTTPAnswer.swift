internal import FoundationEssentials

/// An HTTP response to a batch, and what it means (OTLP specification 1.x, "OTLP/HTTP Response"). Zipkin has no rules of its
/// own for failures, so that OTLP's apply; but what its successes say is of no interest.
struct HTTPAnswer {
    /// Of the request.
    let `protocol`: ExportProtocol
    let status: UInt
    /// Lower case, without parameters; empty when absent.
    let contentType: String
    /// As the header has it.
    let retryAfter: String?
    /// Nil when it was longer than anybody needs.
    let body: [UInt8]?

    private static let protobuf = "application/x-protobuf"
    private static let json = "application/json"

    /// Of a request.
    static func contentType(of chosen: ExportProtocol) -> String {
        switch chosen {
        case .httpJSON, .zipkin: json
        case .httpProtobuf, .grpc: protobuf
        }
    }

    /// - Parameter unixTime: now, in seconds.
    func outcome(unixTime: Int64) -> DeliveryOutcome {
        switch status {
        case 200...299: acceptance
        case 429, 503:
            .unavailable(
                reason: reason, retryAfter: retryAfter.flatMap { RetryAfter.delay($0, unixTime: unixTime) },
                mayHaveArrived: false)
        case 502, 504: .unavailable(reason: reason, mayHaveArrived: true)
        default: .refused(reason: reason)
        }
    }

    /// An empty body is an empty message. Receivers that answer one format with the other are not by the book, but receivers.
    private var acceptance: DeliveryOutcome {
        if `protocol` == .zipkin { return .accepted(PartialSuccess()) }
        guard let body else { return .unconfirmed(reason: "HTTP \(status) with a long body that isn't OTLP's") }
        if body.isEmpty { return .accepted(PartialSuccess()) }
        let partial: PartialSuccess? =
            switch contentType {
            case Self.protobuf: try? PartialSuccess(decoding: body)
            case Self.json: try? PartialSuccess(decodingJSON: body)
            default: nil
            }
        guard let partial else {
            let type = contentType.isEmpty ? "an untyped body" : "a body of type \(contentType.prefix(60))"
            return .unconfirmed(reason: "HTTP \(status) with \(type) that isn't OTLP's; is it an OTLP receiver?")
        }
        return .accepted(partial)
    }

    private var reason: String {
        let said = message.map { ": \($0)" } ?? ""
        let kind = `protocol` == .zipkin ? "a Zipkin" : "an OTLP"
        return switch status {
        case 401, 403:
            "HTTP \(status)\(said); it wants credentials, or others (headers of the destination, "
                + "OTEL_EXPORTER_OTLP_HEADERS, --otlp-header)"
        case 404, 405: "HTTP \(status)\(said); is it \(kind) receiver, and the URL right?"
        case 415: "HTTP \(status)\(said); it doesn't take \(`protocol`.rawValue), as protocol or compression has it"
        default: "HTTP \(status)\(said)"
        }
    }

    /// What the body of a failure says: google.rpc.Status in Protobuf, whose second field is the message, or in JSON, or
    /// plain text.
    private var message: String? {
        guard let body, !body.isEmpty else { return nil }
        switch contentType {
        case Self.protobuf:
            var reader = ProtobufReader(body[...])
            while let (field, value) = try? reader.next() {
                if field == 2, case .bytes(let text) = value { return Self.firstLine(of: text) }
            }
            return nil
        case Self.json:
            let status = try? JSONDecoder().decode(Status.self, from: Data(body))
            return status?.message.flatMap { Self.firstLine(of: Array($0.utf8)[...]) }
        case "text/plain": return Self.firstLine(of: body[...])
        default: return nil
        }
    }

    /// Of google.rpc.Status what people read.
    private struct Status: Decodable {
        var message: String?
    }

    private static func firstLine(of text: ArraySlice<UInt8>) -> String? {
        let line = String(decoding: text.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }, as: UTF8.self)
        return line.isEmpty ? nil : String(line.prefix(PartialSuccess.messageLimit))
    }
}
