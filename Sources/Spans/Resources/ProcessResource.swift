/// The resource of a traced process, and what was wrong with what the process said of itself.
package struct ProcessResource: Sendable {
    package let resource: Resource
    /// The variables that were ignored as a whole, with the reason.
    package let warnings: [ResourceVariableError]

    /// Bytes; four times as long as a label of any platform that names services.
    private static let serviceNameLimit = 1024

    /// service.name is OTEL_SERVICE_NAME, else the one in OTEL_RESOURCE_ATTRIBUTES, else the executable's name; an empty
    /// variable counts as unset, as the specification demands. What is measured (process.*, telemetry.*, host.*, os.*)
    /// goes before what a process claims, which keeps its types and makes it trustworthy; what the operator says goes
    /// before both.
    ///
    /// - Parameters:
    ///   - host: nil to leave the machine out.
    ///   - version: nodespan's own.
    package init(
        _ process: ProcessFacts, host: HostFacts? = nil, overrides: ResourceOverrides = .none, version: String
    ) {
        var warnings: [ResourceVariableError] = []
        var claimed: [(key: String, value: String)] = []
        do throws(ResourceVariableError) {
            claimed = try ResourceVariable.attributes(of: process.resourceAttributesVariable ?? "")
        } catch {
            warnings.append(error)
        }
        var named = process.serviceNameVariable
        if let size = named?.utf8.count, size > Self.serviceNameLimit {
            warnings.append(.tooLong(variable: "OTEL_SERVICE_NAME", size: size, limit: Self.serviceNameLimit))
            named = nil
        }
        let path = process.executablePath.map(Self.withoutDeletedMark)
        let executable = path.map(Self.lastComponent) ?? process.commandName ?? ""

        var attributes: [Attribute] = []
        let claimedName = claimed.first { $0.key == "service.name" }?.value
        let serviceName = [named, claimedName, executable].lazy.compactMap { $0 }
            .first { !$0.isEmpty }
        attributes.append("service.name", serviceName ?? "unknown_service:go")
        attributes.append("process.pid", process.pid)
        if !executable.isEmpty { attributes.append("process.executable.name", executable) }
        if let path { attributes.append("process.executable.path", path) }
        attributes.append("process.runtime.name", "go")
        if let version = process.goVersion { attributes.append("process.runtime.version", version) }
        attributes.append("telemetry.sdk.name", "nodespan")
        attributes.append("telemetry.sdk.language", "go")
        attributes.append("telemetry.sdk.version", version)
        attributes.append("telemetry.distro.name", "nodespan")
        attributes.append("telemetry.distro.version", version)
        attributes += host?.attributes ?? []
        let measured = Set(attributes.map(\.key))
        for (key, value) in claimed where !measured.contains(key) { attributes.append(key, value) }
        for override in overrides.attributes {
            if let known = attributes.firstIndex(where: { $0.key == override.key }) {
                attributes[known] = override
            } else {
                attributes.append(override)
            }
        }

        resource = Resource(attributes: attributes)
        self.warnings = warnings
    }

    /// The kernel marks an executable that was replaced or removed (fs/d_path.c).
    private static func withoutDeletedMark(_ path: String) -> String {
        let mark = " (deleted)"
        return path.hasSuffix(mark) ? String(path.dropLast(mark.count)) : path
    }

    private static func lastComponent(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? ""
    }
}
