import Agent
import ArgumentParser
import OTLP

struct ExportOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Also send spans to this OTLP/HTTP receiver.",
            discussion: "A base URL such as http://localhost:4318, to which /v1/traces is added, or one that ends in "
                + "/v1/traces already. Printing doesn't wait for it.", valueName: "url"))
    var otlp: String?

    @Option(
        help: ArgumentHelp(
            "A header for the receiver, such as a token; repeatable. Never printed.", valueName: "name=value"))
    var otlpHeader: [String] = []

    func validate() throws {
        if otlp == nil, !otlpHeader.isEmpty { throw ValidationError("--otlp-header needs --otlp") }
        do throws(OTLPEndpointError) {
            _ = try endpoint()
        } catch {
            throw ValidationError("--otlp: \(error)")
        }
        do throws(OTLPHeaderError) {
            _ = try headers()
        } catch {
            throw ValidationError("--otlp-header: \(error)")
        }
    }

    /// The exporter asked for, to be run.
    func exporter() throws -> SpanExporter<ContinuousClock>? {
        guard let endpoint = try endpoint() else { return nil }
        let target = SpanTarget.receiver(Receiver(endpoint: endpoint, headers: try headers()))
        return SpanExporter(
            place: target.place, encoder: target.makeEncoder(),
            transport: target.makeTransport(userAgent: "nodespan/\(nodespanVersion)"), clock: ContinuousClock()
        ) { notice in
            StandardError.print(DestinationText.message(notice, endpoint: target.place))
        }
    }

    private func endpoint() throws(OTLPEndpointError) -> OTLPEndpoint? {
        guard let otlp else { return nil }
        return try OTLPEndpoint(otlp)
    }

    private func headers() throws(OTLPHeaderError) -> [OTLPHeader] {
        var headers: [OTLPHeader] = []
        for text in otlpHeader { headers.append(try OTLPHeader(text)) }
        return headers
    }
}
