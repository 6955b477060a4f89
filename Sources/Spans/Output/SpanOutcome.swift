/// How a span ended, in one word and one colour.
struct SpanOutcome: Equatable {
    /// Columns of the longest text.
    static let width = 8

    let text: String
    let colour: TerminalColour

    init(_ span: Span) {
        if span.attributes["error.type"] == .string("aborted") {
            (text, colour) = ("aborted", .red)
        } else if case .int(let status) = span.attributes["http.response.status_code"] {
            (text, colour) = (String(status), Self.colour(ofHTTPStatus: status))
        } else if case .int(let code) = span.attributes["rpc.grpc.status_code"] {
            // The codes' names have up to 19 letters. A program may make up codes of its own.
            text = code == 0 ? "ok" : "code \(code < 1000 ? String(code) : "…")"
            colour = code == 0 ? .green : span.status.code == .error ? .red : .yellow
        } else if span.kind == .server, span.attributes["http.request.method"] != nil {
            // A server knows no status only of a connection that its handler took over.
            (text, colour) = ("hijacked", .blue)
        } else {
            switch span.status.code {
            case .error: (text, colour) = ("error", .red)
            case .ok: (text, colour) = ("ok", .green)
            case .unset: (text, colour) = ("", .plain)
            }
        }
    }

    private static func colour(ofHTTPStatus status: Int64) -> TerminalColour {
        switch status {
        case ..<200: .blue
        case 200..<300: .green
        case 300..<400: .cyan
        case 400..<500: .yellow
        default: .red
        }
    }
}
