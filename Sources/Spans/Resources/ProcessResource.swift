/// The resource of a traced process, and what was wrong with what the process said of itself.
package struct ProcessResource: Sendable {
    package let resource: Resource
    /// The process's OTEL_RESOURCE_ATTRIBUTES was ignored as a whole, for this reason.
    package let warning: ResourceVariableError?

    /// service.name is OTEL_SERVICE_NAME, else the one in OTEL_RESOURCE_ATTRIBUTES, else the executable's name; an empty
    /// variable counts as unset, as the specification demands. What is measured (process.*, telemetry.*) goes before
    /// what a process claims, which keeps its types and makes it trustworthy.
    ///
    /// - Parameter version: nodespan's own.
    package init(_ process: ProcessFacts, version: String) {
        var claimed: [(key: String, value: String)] = []
        var warning: ResourceVariableError?
        do throws(ResourceVariableError) {
            claimed = try ResourceVariable.attributes(of: process.resourceAttributesVariable ?? "")
        } catch {
            warning = error
        }
        let path = process.executablePath.map(Self.withoutDeletedMark)
        let executable = path.map(Self.lastComponent) ?? process.commandName ?? ""

        var attributes: [Attribute] = []
        let claimedName = claimed.first { $0.key == "service.name" }?.value
        let serviceName = [process.serviceNameVariable, claimedName, executable].lazy.compactMap { $0 }
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
        let measured = Set(attributes.map(\.key))
        for (key, value) in claimed where !measured.contains(key) { attributes.append(key, value) }

        resource = Resource(attributes: attributes)
        self.warning = warning
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
