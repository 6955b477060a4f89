import OTLP
import Workloads

/// What an environment says of the export of traces (OpenTelemetry specification, "OpenTelemetry Protocol Exporter" and
/// "Environment Variable Specification"). It is written by whoever runs the program.
struct ExporterVariables {
    enum Exporter: String {
        case otlp
        case zipkin
        case console
        case none
    }

    /// A receiver, before it is judged.
    struct Named: Hashable {
        /// As it is written.
        let text: String
        /// With a scheme, which is left out of some.
        let url: String
        /// For traces alone, so that its path is taken as it stands.
        let isForTraces: Bool
    }

    private(set) var exporter: Exporter
    /// The variable that wants no traces; nil for none.
    private(set) var declining: String?
    private(set) var named: Named?
    /// Nil for what the URL suggests.
    private(set) var `protocol`: ExportProtocol?
    private(set) var headers: [OTLPHeader] = []
    private(set) var compression = Receiver.Compression.none
    /// For one attempt; nil where nothing is said.
    private(set) var timeout: Duration?
    private(set) var batch = BatchLimits.none
    /// What isn't obeyed.
    private(set) var problems: [WishProblem] = []

    /// As long may be asked for of a receiver.
    private static let timeoutLimit = Duration.seconds(60)
    /// Characters of OTEL_EXPORTER_OTLP_HEADERS.
    private static let headersLimit = 8192

    init(_ environment: [String: String]) {
        var reader = VariableReader(environment)
        exporter = Self.exporter(&reader)
        let disabled = "OTEL_SDK_DISABLED"
        if reader.flag([disabled], or: "the program is traced") == true { declining = disabled }
        if exporter == .none { declining = declining ?? Self.exporterVariable }
        if exporter == .zipkin {
            self.protocol = .zipkin
            named = reader.text(["OTEL_EXPORTER_ZIPKIN_ENDPOINT"]).map { Named(text: $0, url: $0, isForTraces: true) }
            timeout = reader.milliseconds(["OTEL_EXPORTER_ZIPKIN_TIMEOUT"], limit: Self.timeoutLimit, or: Self.waiting)
        } else {
            readOTLP(&reader)
        }
        batch.age = reader.milliseconds(
            ["OTEL_BSP_SCHEDULE_DELAY"], limit: Self.timeoutLimit, or: "batches go when the configuration says")
        batch.spans = reader.count(
            ["OTEL_BSP_MAX_EXPORT_BATCH_SIZE"], limit: 1 << 20, or: "batches are as large as the configuration says")
        problems = reader.notices.map { .setting($0) } + problems
    }

    /// Characters of a list of exporters.
    private static let listLimit = 256
    private static let exporterVariable = "OTEL_TRACES_EXPORTER"
    private static let waiting = "an answer is waited for 10 s"

    /// The variables for a setting of OTLP, the one for traces first.
    static func names(_ setting: String) -> [String] {
        ["OTEL_EXPORTER_OTLP_TRACES_\(setting)", "OTEL_EXPORTER_OTLP_\(setting)"]
    }

    /// Whether nothing is named to send to, so that it is for the configuration to say.
    var namesNothing: Bool { named == nil }

    private static func exporter(_ reader: inout VariableReader) -> Exporter {
        guard let value = reader.text([exporterVariable]) else { return .otlp }
        let names = value.prefix(listLimit).lowercased().split(separator: ",").map { name in
            name.filter { !$0.isWhitespace }
        }
        let known = names.compactMap { Exporter(rawValue: String($0)) }
        // Those that can be obeyed go before the one that is refused.
        guard let chosen = known.first(where: { $0 != .console }) ?? known.first else {
            reader.say(
                .invalid(
                    variable: exporterVariable, value: value, expected: "otlp, zipkin or none",
                    instead: "spans go by otlp"))
            return .otlp
        }
        if names.count > 1 {
            reader.say(
                .unobeyed(
                    variable: exporterVariable, value: value,
                    instead: "spans go one way only, and that is \(chosen.rawValue)"))
        }
        return chosen
    }

    private mutating func readOTLP(_ reader: inout VariableReader) {
        let protocols: [String: ExportProtocol] = [
            "grpc": .grpc, "http/protobuf": .httpProtobuf, "http/json": .httpJSON,
        ]
        self.protocol = reader.choice(
            Self.names("PROTOCOL"), of: protocols, or: "spans go by grpc to port 4317, else by http/protobuf")
        let compressions = Dictionary(uniqueKeysWithValues: Receiver.Compression.allCases.map { ($0.rawValue, $0) })
        compression =
            reader.choice(Self.names("COMPRESSION"), of: compressions, or: "spans go uncompressed") ?? .none
        timeout = reader.milliseconds(Self.names("TIMEOUT"), limit: Self.timeoutLimit, or: Self.waiting)
        let isInsecure = reader.flag(Self.names("INSECURE"), or: "an endpoint without a scheme is reached by TLS")
        if let first = reader.first(Self.names("ENDPOINT")) {
            named = Named(
                text: first.value, url: withScheme(first.value, isInsecure: isInsecure ?? false),
                isForTraces: first.variable == Self.names("ENDPOINT")[0])
        }
        if let first = reader.first(Self.names("HEADERS")) { readHeaders(first.value) }
    }

    /// "HOST:PORT" is an endpoint for gRPC.
    private func withScheme(_ text: String, isInsecure: Bool) -> String {
        let isGRPC = self.protocol == .grpc || self.protocol == nil && text.hasSuffix(":4317")
        guard isGRPC, !text.contains("://"), !text.lowercased().hasPrefix("unix:") else { return text }
        return (isInsecure ? "http://" : "https://") + text
    }

    private mutating func readHeaders(_ text: String) {
        var taken = text.prefix(Self.headersLimit)
        if taken.endIndex != text.endIndex {
            problems.append(.headersTooLong(limit: Self.headersLimit))
            // Half a member would be another header than was meant.
            if text[taken.endIndex] != "," { taken = taken[..<(taken.lastIndex(of: ",") ?? taken.startIndex)] }
        }
        for member in taken.split(separator: ",") where !member.allSatisfy(\.isWhitespace) {
            do throws(OTLPHeaderError) {
                headers.append(try OTLPHeader(variableMember: member))
            } catch {
                problems.append(.header(error))
            }
        }
    }
}
