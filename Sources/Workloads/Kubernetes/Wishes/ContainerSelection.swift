/// The containers of a pod that a trigger is for: those that the annotations name, else the first.
struct ContainerSelection {
    /// Each once.
    let containers: [String]
    let refusals: [WishRefusal]

    init(_ trigger: Trigger, pod: Pod, namespace: Namespace?) {
        let known = pod.allContainers.map(\.name)
        let first = pod.containers.prefix(1).map(\.name)
        var named: [String] = []
        for annotation in [Annotation.containerNames, trigger.containerNames] {
            let value = annotation.value(pod: pod, namespace: namespace)
            if value.isEmpty { continue }
            guard value.utf8.allSatisfy(Self.isAllowed) else {
                containers = []
                refusals = (first.isEmpty ? [""] : first).map {
                    let reason = WishRefusal.Reason.invalidContainerNames(annotation: annotation.key, value: value)
                    return WishRefusal(container: $0, trigger: trigger, reason: reason)
                }
                return
            }
            for name in value.split(separator: ",").map(String.init) where !named.contains(name) { named.append(name) }
        }
        refusals = named.filter { !known.contains($0) }.map {
            WishRefusal(container: $0, trigger: trigger, reason: .unknownContainer(known: known))
        }
        let found = named.filter(known.contains)
        // The Operator falls back to the first one for Go, and does nothing for an SDK.
        let isFallback = named.isEmpty || (found.isEmpty && trigger == .go)
        containers = isFallback ? first : found
    }

    /// What the Operator takes (internal/instrumentation/helper.go): no blanks, no dots.
    private static func isAllowed(_ byte: UInt8) -> Bool {
        ASCII.isAlphanumeric(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ",")
    }
}
