/// An HTTP response to an export request, and what it means (OTLP specification 1.x, "OTLP/HTTP Response").
struct HTTPAnswer {
    let status: UInt
    /// Lower case, without parameters; empty when absent.
    let contentType: String
    /// As the header has it.
    let retryAfter: String?
    /// Nil when it was longer than anybody needs.
    let body: [UInt8]?

    private static let protobuf = "application/x-protobuf"

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

    /// An empty body is an empty message. Receivers that answer Protobuf with JSON are not by the book, but receivers.
    private var acceptance: DeliveryOutcome {
        guard let body else { return .unconfirmed(reason: "HTTP \(status) with a long body that isn't OTLP's") }
        if body.isEmpty || contentType == "application/json" { return .accepted(PartialSuccess()) }
        guard contentType == Self.protobuf, let partial = try? PartialSuccess(decoding: body) else {
            let type = contentType.isEmpty ? "an untyped body" : "a body of type \(contentType.prefix(60))"
            return .unconfirmed(reason: "HTTP \(status) with \(type) that isn't OTLP's; is it an OTLP receiver?")
        }
        return .accepted(partial)
    }

    private var reason: String {
        let said = message.map { ": \($0)" } ?? ""
        return switch status {
        case 401, 403: "HTTP \(status)\(said); it wants credentials, or others (--otlp-header)"
        case 404, 405: "HTTP \(status)\(said); is it an OTLP receiver, and the URL right?"
        default: "HTTP \(status)\(said)"
        }
    }

    /// What the body of a failure says: google.rpc.Status in Protobuf, whose second field is the message, or plain text.
    private var message: String? {
        guard let body, !body.isEmpty else { return nil }
        switch contentType {
        case Self.protobuf:
            var reader = ProtobufReader(body[...])
            while let (field, value) = try? reader.next() {
                if field == 2, case .bytes(let text) = value { return Self.firstLine(of: text) }
            }
            return nil
        case "text/plain": return Self.firstLine(of: body[...])
        default: return nil
        }
    }

    private static func firstLine(of text: ArraySlice<UInt8>) -> String? {
        let line = String(decoding: text.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }, as: UTF8.self)
        return line.isEmpty ? nil : String(line.prefix(PartialSuccess.messageLimit))
    }
}
