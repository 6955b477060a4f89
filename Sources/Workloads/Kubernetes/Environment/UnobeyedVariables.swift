/// Variables that programs' SDKs obey and nodespan doesn't.
enum UnobeyedVariables {
    static let propagators = "OTEL_PROPAGATORS"

    /// By what follows OTEL_EXPORTER_OTLP_TRACES_ or OTEL_EXPORTER_OTLP_ (OpenTelemetry specification, "OpenTelemetry
    /// Protocol Exporter"): the values, in lower case, that say what is done anyway, and what is done for all others.
    private static let exporter: [(name: String, obeyed: Set<String>, instead: String)] = [
        ("PROTOCOL", ["http/protobuf"], "spans go by http/protobuf"),
        ("COMPRESSION", ["none"], "spans go uncompressed"),
        ("TIMEOUT", [], "an answer is waited for as long as nodespan does"),
    ]

    /// What isn't done as an environment says.
    static func notices(_ environment: [String: String]) -> [SettingNotice] {
        var notices: [SettingNotice] = []
        for (name, obeyed, instead) in exporter {
            let names = ["OTEL_EXPORTER_OTLP_TRACES_\(name)", "OTEL_EXPORTER_OTLP_\(name)"]
            guard let variable = names.first(where: { environment[$0]?.isEmpty == false }),
                let value = environment[variable], !obeyed.contains(value.lowercased())
            else { continue }
            notices.append(.unobeyed(variable: variable, value: value, instead: instead))
        }
        let value = environment[propagators] ?? ""
        let names = value.lowercased().split(separator: ",").map { $0.filter { !$0.isWhitespace } }
        if !value.isEmpty, !names.contains("tracecontext") {
            notices.append(
                .unobeyed(
                    variable: propagators, value: value, instead: "trace contexts travel as tracecontext has them"))
        }
        return notices
    }
}
