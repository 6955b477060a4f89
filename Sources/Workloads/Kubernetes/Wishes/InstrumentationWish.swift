/// What a pod asks for one of its containers.
package struct InstrumentationWish: Hashable, Sendable {
    /// By its name.
    package let container: String
    /// All that ask for it.
    package var triggers: Set<Trigger>
    /// That of `inject-go`, if that is among the triggers.
    package let instrumentation: Instrumentation
    /// The only executable to trace, by its path in the container; nil for all.
    package let targetExecutable: String?

    /// Whether a program is meant.
    ///
    /// - Parameter path: as `LocalProcess.programPath` has it.
    package func admits(programPath path: String) -> Bool {
        targetExecutable == nil || targetExecutable == path
    }

    /// What of ConfigMaps and Secrets its environment refers to, and its connection to a receiver.
    func keys(namespace: String) -> [ObjectKey] {
        let variables = (triggers.contains(.go) ? instrumentation.goEnvironment : []) + instrumentation.environment
        let files = (instrumentation.exporter.tls?.files(namespace: namespace) ?? []).compactMap(\.entry)
        return files
            + variables.compactMap { variable in
                guard case .key(let kind, let object, let key, _) = variable.value else { return nil }
                return ObjectKey(kind, namespace: namespace, name: object, key: key)
            }
    }

    /// Why a program is left alone that makes its spans itself: `inject-sdk` set up its SDK. That an SDK is linked proves
    /// nothing, since many programs link one that they don't use; so it has to be told where to export to, too.
    /// `inject-go` means nodespan, whatever the program has.
    ///
    /// - Parameters:
    ///   - hasSDK: whether functions of `go.opentelemetry.io/otel/sdk/trace` are in the program.
    ///   - environment: the process's own.
    package func refusal(hasSDK: Bool, environment: [String: String]) -> WishRefusal? {
        guard !triggers.contains(.go), hasSDK, environment["OTEL_TRACES_EXPORTER"] != "none" else { return nil }
        let exporter = environment.keys.sorted().first { Self.isTraceExporter($0) && environment[$0]?.isEmpty == false }
        return exporter.map { WishRefusal(container: container, trigger: .sdk, reason: .ownSDK(variable: $0)) }
    }

    private static func isTraceExporter(_ name: String) -> Bool {
        let others = ["OTEL_EXPORTER_OTLP_METRICS_", "OTEL_EXPORTER_OTLP_LOGS_", "OTEL_EXPORTER_PROMETHEUS_"]
        return name == "OTEL_TRACES_EXPORTER"
            || name.hasPrefix("OTEL_EXPORTER_") && !others.contains { name.hasPrefix($0) }
    }
}
