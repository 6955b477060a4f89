import Agent
import ArgumentParser
import OTLP

extension ExportProtocol: ExpressibleByArgument {}
extension Receiver.Compression: ExpressibleByArgument {}

struct ExportOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Also send spans to this OTLP receiver.",
            discussion: "A base URL such as http://localhost:4318, to which /v1/traces is added, or one that ends in "
                + "/v1/traces already; for gRPC, one such as http://localhost:4317. Or a Unix socket, unix:/PATH. Printing "
                + "doesn't wait for it.", valueName: "url"))
    var otlp: String?

    @Option(
        help: ArgumentHelp(
            "How the OTLP receiver is spoken to: grpc, http/protobuf or http/json.",
            discussion: "Without it, grpc to port 4317 and Unix sockets, else http/protobuf.", valueName: "protocol"),
        completion: .list(["grpc", "http/protobuf", "http/json"]))
    var otlpProtocol: ExportProtocol?

    @Option(
        help: ArgumentHelp(
            "A header for the OTLP receiver, such as a token; repeatable. Never printed.", valueName: "name=value"))
    var otlpHeader: [String] = []

    @Option(help: ArgumentHelp("What is sent to the OTLP receiver is compressed: gzip or none.", valueName: "how"))
    var otlpCompression: Receiver.Compression = .none

    @Option(
        help: ArgumentHelp(
            "For so many seconds the OTLP receiver's answer is waited for, for each attempt.", valueName: "seconds"))
    var otlpTimeout: Double?

    @Option(
        help: ArgumentHelp(
            "The authorities that the OTLP receiver's certificate is checked by, in PEM form; else the system's.",
            valueName: "file"), completion: .file())
    var otlpCertificate: String?

    @Option(
        help: ArgumentHelp("The certificate to show the OTLP receiver, in PEM form.", valueName: "file"),
        completion: .file())
    var otlpClientCertificate: String?

    @Option(
        help: ArgumentHelp("Of that certificate, in PEM form without a passphrase.", valueName: "file"),
        completion: .file())
    var otlpClientKey: String?

    @Option(
        help: ArgumentHelp(
            "Also send spans to Zipkin, such as http://localhost:9411.",
            discussion: "To a URL without a path, /api/v2/spans is added.", valueName: "url"))
    var zipkin: String?

    @Option(
        help: ArgumentHelp(
            "Also append spans to this file, as lines of OTLP's JSON.",
            discussion: "At 100 MiB it is set aside, and five such are kept.", valueName: "path"),
        completion: .file())
    var file: String?

    func validate() throws {
        if otlp == nil, let option = givenForOTLP { throw ValidationError("\(option) needs --otlp") }
        if otlpProtocol == .zipkin {
            throw ValidationError("--otlp-protocol zipkin: Zipkin has its own option, --zipkin")
        }
        if let otlpTimeout, !(0.001...600).contains(otlpTimeout) {
            throw ValidationError("--otlp-timeout: from 0.001 to 600 seconds, not \(otlpTimeout)")
        }
        if file?.isEmpty == true { throw ValidationError("--file: an empty path names no file") }
        _ = try targets()
    }

    /// The exporters asked for, to be run.
    func exporters() throws -> [SpanExporter<ContinuousClock>] {
        try targets().map { target in
            var limits = ExportLimits()
            if let receiver = target.receiver { limits.attempt = receiver.attemptLimit }
            return SpanExporter(
                place: target.place, encoder: target.makeEncoder(),
                transport: target.makeTransport(userAgent: "nodespan/\(nodespanVersion)"), clock: ContinuousClock(),
                limits: limits
            ) { notice in
                StandardError.print(DestinationText.message(notice, endpoint: target.place))
            }
        }
    }

    private var givenForOTLP: String? {
        [
            ("--otlp-protocol", otlpProtocol != nil), ("--otlp-header", !otlpHeader.isEmpty),
            ("--otlp-compression", otlpCompression != .none), ("--otlp-timeout", otlpTimeout != nil),
            ("--otlp-certificate", otlpCertificate != nil),
            ("--otlp-client-certificate", otlpClientCertificate != nil), ("--otlp-client-key", otlpClientKey != nil),
        ].first { $0.1 }?.0
    }

    private func targets() throws -> [SpanTarget] {
        var targets: [SpanTarget] = []
        if let otlp { targets.append(.receiver(try receiver(otlp))) }
        if let zipkin {
            targets.append(.receiver(Receiver(endpoint: try Self.endpoint(zipkin, .zipkin, option: "--zipkin"))))
        }
        if let file { targets.append(.file(SpanFile(path: file))) }
        return targets
    }

    private func receiver(_ url: String) throws -> Receiver {
        var receiver = Receiver(
            endpoint: try Self.endpoint(url, otlpProtocol, option: "--otlp"), headers: try headers())
        receiver.compression = otlpCompression
        if let otlpTimeout { receiver.timeout = .seconds(otlpTimeout) }
        let files = [otlpCertificate, otlpClientCertificate, otlpClientKey]
        guard files.contains(where: { $0 != nil }) else { return receiver }
        if !receiver.endpoint.isSecure { throw ValidationError("--otlp: certificates are for an https:// URL") }
        receiver.tls = try TLSSettings(
            authorities: otlpCertificate, certificate: otlpClientCertificate, key: otlpClientKey)
        return receiver
    }

    private static func endpoint(_ url: String, _ spoken: ExportProtocol?, option: String) throws -> OTLPEndpoint {
        do throws(OTLPEndpointError) {
            return try OTLPEndpoint(url, protocol: spoken)
        } catch {
            throw ValidationError("\(option): \(error)")
        }
    }

    private func headers() throws -> [OTLPHeader] {
        var headers: [OTLPHeader] = []
        for text in otlpHeader {
            do throws(OTLPHeaderError) {
                headers.append(try OTLPHeader(text))
            } catch {
                throw ValidationError("--otlp-header: \(error)")
            }
        }
        return headers
    }
}
