/// Variables that programs' SDKs obey and nodespan doesn't.
enum UnobeyedVariables {
    static let propagators = "OTEL_PROPAGATORS"

    /// Of the batch span processor (OpenTelemetry specification, "Environment Variable Specification"), with what is done
    /// anyway: what one workload may take of the node's memory and time is for the node to say.
    private static let batches = [
        ("OTEL_BSP_MAX_QUEUE_SIZE", "how many spans wait is for export.queue of nodespan's configuration to say"),
        ("OTEL_BSP_EXPORT_TIMEOUT", "how long they are tried is for export.retry of nodespan's configuration to say"),
    ]

    /// What isn't done as an environment says.
    static func notices(_ environment: [String: String]) -> [SettingNotice] {
        var notices: [SettingNotice] = []
        for (variable, instead) in batches {
            guard let value = environment[variable], !value.isEmpty else { continue }
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
