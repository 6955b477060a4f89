/// The resource of a container's programs, as the OpenTelemetry Operator makes it (internal/instrumentation/sdk.go):
/// what a program says itself goes first, then the pod's annotations, then what the cluster knows, then the
/// Instrumentation.
struct PodAttributes {
    /// Without `service.name`, and without what the program says itself where that counts.
    private(set) var values: [String: String] = [:]
    let serviceName: String

    /// - Parameters:
    ///   - given: OTEL_RESOURCE_ATTRIBUTES.
    ///   - expand: what becomes of a text that people wrote.
    init(
        pod: Pod, container: PodContainer, instrumentation: Instrumentation, owners: WorkloadOwners,
        given: AttributeText,
        expand: (String) -> String
    ) {
        let annotations = Self.annotations(of: pod).mapValues(expand)
        func chosen(_ key: String, labels: [String]) -> String? {
            let names = instrumentation.usesLabels ? labels : []
            return annotations[key] ?? names.lazy.compactMap { pod.metadata.labels[$0] }.first { !$0.isEmpty }
        }
        var values = instrumentation.resource.attributes.mapValues(expand)
        values.merge(Self.known(pod, container, owners, hasUIDs: instrumentation.resource.hasUIDs)) { $1 }
        values.merge(annotations) { $1 }
        values["service.namespace"] = chosen("service.namespace", labels: []) ?? pod.metadata.namespace
        values = values.filter { !given.keys.contains($0.key) && !$0.value.isEmpty && $0.key != "service.name" }

        serviceName =
            chosen("service.name", labels: ["app.kubernetes.io/instance", "app.kubernetes.io/name"])
            ?? (WorkloadOwners.Kind.allCases.map { "k8s.\($0.rawValue).name" } + ["k8s.pod.name"]).lazy
            .compactMap { values[$0] }.first
            ?? container.name

        // These are the cluster's to say, whatever the program says.
        values["k8s.pod.name"] = pod.metadata.name
        if values["k8s.node.name"] == nil { values["k8s.node.name"] = pod.nodeName }
        if instrumentation.resource.hasUIDs, values["k8s.pod.uid"] == nil { values["k8s.pod.uid"] = pod.metadata.uid }
        // The text as a whole is looked at: "my.service.version=1" will do.
        if !given.text.contains("service.version"),
            let version = chosen("service.version", labels: ["app.kubernetes.io/version"])
                ?? ImageVersion.version(of: container.image)
        {
            values["service.version"] = version
        }
        self.values = values.filter { !$0.key.isEmpty && !$0.value.isEmpty }
    }

    /// Where room is short, what tells services and pods apart goes first.
    var ordered: [(key: String, value: String)] {
        func rank(_ key: String) -> Int { key.hasPrefix("k8s.") || key.hasPrefix("service.") ? 0 : 1 }
        return values.map { ($0.key, $0.value) }.sorted { (rank($0.0), $0.0) < (rank($1.0), $1.0) }
    }

    /// `resource.opentelemetry.io/KEY`, of the pod only.
    private static func annotations(of pod: Pod) -> [String: String] {
        let prefix = "resource.opentelemetry.io/"
        let pairs = pod.metadata.annotations.filter { $0.key.hasPrefix(prefix) && !$0.value.isEmpty }
        return Dictionary(uniqueKeysWithValues: pairs.map { (String($0.key.dropFirst(prefix.count)), $0.value) })
    }

    private static func known(
        _ pod: Pod, _ container: PodContainer, _ owners: WorkloadOwners, hasUIDs: Bool
    ) -> [String: String] {
        var values = [
            "k8s.namespace.name": pod.metadata.namespace, "k8s.container.name": container.name,
            "service.instance.id": "\(pod.metadata.namespace).\(pod.metadata.name).\(container.name)",
        ]
        // The Operator sees pods before they have the name that a controller gives them, so that no service has it from
        // there.
        if pod.metadata.generateName.isEmpty { values["k8s.pod.name"] = pod.metadata.name }
        for kind in WorkloadOwners.Kind.allCases {
            values["k8s.\(kind.rawValue).name"] = owners.name(kind)
            if hasUIDs { values["k8s.\(kind.rawValue).uid"] = owners.uid(kind) }
        }
        return values
    }
}
