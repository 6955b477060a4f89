/// What a pod asks for, by its annotations, its namespace's, and the Instrumentations that they name.
///
/// As the OpenTelemetry Operator has it, but for what only its way of tracing Go brings along, a sidecar: more than one
/// container may be traced, init containers and those of pods that share no process namespace, too; the executable
/// needn't be named; and one trigger that fails doesn't spoil the other.
package struct PodWishes: Hashable, Sendable {
    /// In the order of the pod's specification, one for a container.
    package let wishes: [InstrumentationWish]
    package let refusals: [WishRefusal]

    /// - Parameters:
    ///   - namespace: the pod's; nil when it isn't known.
    ///   - instrumentations: all there are, of all namespaces.
    package init(pod: Pod, namespace: Namespace?, instrumentations: [Instrumentation]) {
        var wishes: [InstrumentationWish] = []
        var refusals: [WishRefusal] = []
        for trigger in Trigger.allCases {
            let value = trigger.annotation.value(pod: pod, namespace: namespace)
            if value.isEmpty || value.lowercased() == "false" { continue }
            let selection = ContainerSelection(trigger, pod: pod, namespace: namespace)
            refusals += selection.refusals
            do throws(WishRefusal.Failure) {
                if let sidecar = Self.sidecar(of: pod) { throw .init(reason: .sidecar(sidecar)) }
                let instrumentation = try Self.instrumentation(
                    named: value, namespace: pod.metadata.namespace, among: instrumentations)
                for container in selection.containers {
                    if let known = wishes.firstIndex(where: { $0.container == container }) {
                        wishes[known].triggers.insert(trigger)
                    } else {
                        wishes.append(
                            InstrumentationWish(
                                container: container, triggers: [trigger], instrumentation: instrumentation,
                                targetExecutable: trigger == .go ? Self.target(of: pod, instrumentation) : nil))
                    }
                }
            } catch {
                refusals += selection.containers.map {
                    WishRefusal(container: $0, trigger: trigger, reason: error.reason)
                }
            }
        }
        let order = pod.allContainers.map(\.name)
        self.wishes = wishes.sorted { one, other in
            (order.firstIndex(of: one.container) ?? 0) < (order.firstIndex(of: other.container) ?? 0)
        }
        self.refusals = refusals
    }

    /// What is to become of a container.
    package func outcome(of container: String) -> WishOutcome {
        if let wish = wishes.first(where: { $0.container == container }) { return .wanted(wish) }
        if let refusal = refusals.first(where: { $0.container == container }) { return .refused(refusal) }
        return .none
    }

    /// What is asked for containers that the pod doesn't have.
    package var misnamed: [WishRefusal] {
        refusals.filter { if case .unknownContainer = $0.reason { true } else { false } }
    }

    /// What the Operator calls the container that traces a Go program (internal/instrumentation/podmutator.go).
    private static func sidecar(of pod: Pod) -> String? {
        let name = "opentelemetry-auto-instrumentation"
        return pod.containers.contains { $0.name == name } ? name : nil
    }

    /// The pod's own annotation, else what the Instrumentation would have set for the Operator's sidecar (sdk.go,
    /// `injectGo`).
    private static func target(of pod: Pod, _ instrumentation: Instrumentation) -> String? {
        if let path = pod.metadata.annotations[Annotation.targetExecutable.key], !path.isEmpty { return path }
        let variables = instrumentation.goEnvironment + instrumentation.environment
        let variable = variables.first { $0.name == "OTEL_GO_AUTO_TARGET_EXE" }
        guard case .text(let path) = variable?.value, !path.isEmpty else { return nil }
        return path
    }

    private static func instrumentation(
        named value: String, namespace: String, among all: [Instrumentation]
    ) throws(WishRefusal.Failure) -> Instrumentation {
        guard value.lowercased() == "true" else {
            let slash = value.firstIndex(of: "/")
            let namespace = slash.map { String(value[..<$0]) } ?? namespace
            let name = slash.map { String(value[value.index(after: $0)...]) } ?? value
            guard
                let found = all.first(where: { $0.metadata.name == name && $0.metadata.namespace == namespace })
            else { throw .init(reason: .unknownInstrumentation(namespace: namespace, name: name)) }
            return found
        }
        let candidates = all.filter { $0.metadata.namespace == namespace }
        guard let only = candidates.first else { throw .init(reason: .noInstrumentation(namespace: namespace)) }
        guard candidates.count == 1 else {
            let names = candidates.map(\.metadata.name).sorted()
            throw .init(reason: .manyInstrumentations(namespace: namespace, names: names))
        }
        return only
    }
}

/// What is to become of a container.
package enum WishOutcome: Hashable, Sendable {
    case wanted(InstrumentationWish)
    case refused(WishRefusal)
    /// Nobody asks for it to be traced.
    case none
}

extension WishRefusal {
    /// A reason that holds for all containers alike.
    struct Failure: Error {
        let reason: Reason
    }
}
