extension Pod {
    /// What a field of the pod says in an environment (kubelet_pods.go, `podFieldSelectorRuntimeValue`); nil for one
    /// that isn't to be had there, and for an address that the pod doesn't have yet.
    func value(ofField path: String) -> String? {
        switch path {
        case "metadata.name": metadata.name
        case "metadata.namespace": metadata.namespace
        case "metadata.uid": metadata.uid
        case "spec.nodeName", "spec.host": nodeName
        case "spec.serviceAccountName": serviceAccountName
        case "status.hostIP": hostIPs.first
        case "status.podIP": podIPs.first
        case "status.hostIPs": hostIPs.isEmpty ? nil : hostIPs.joined(separator: ",")
        case "status.podIPs": podIPs.isEmpty ? nil : podIPs.joined(separator: ",")
        default:
            Self.subscripted("metadata.labels", path).map { metadata.labels[$0] ?? "" }
                ?? Self.subscripted("metadata.annotations", path).map { metadata.annotations[$0] ?? "" }
        }
    }

    /// The key in `metadata.labels['KEY']`.
    private static func subscripted(_ field: String, _ path: String) -> String? {
        let opening = field + "['"
        guard path.hasPrefix(opening), path.hasSuffix("']"), path.utf8.count >= opening.utf8.count + 2 else {
            return nil
        }
        return String(path.dropFirst(opening.count).dropLast(2))
    }

    /// How much of a resource a container may take or is promised, in units of the divisor, rounded up
    /// (component-helpers, resource, `ExtractContainerResourceValue`). Nil where that isn't said, since then it depends
    /// on the node.
    ///
    /// - Parameter resource: "limits.cpu".
    func value(ofResource resource: String, container name: String, divisor: String) -> String? {
        guard let container = allContainers.first(where: { $0.name == name }),
            let dot = resource.firstIndex(of: ".")
        else { return nil }
        let kind = String(resource[resource.index(after: dot)...])
        let text: String? =
            switch resource[..<dot] {
            case "limits": container.limits[kind]
            case "requests": container.requests[kind] ?? "0"
            default: nil
            }
        let isCPU = kind == "cpu"
        guard let text, let amount = Quantity(text)?.rounded(thousandths: isCPU),
            let given = Quantity(divisor)?.rounded(thousandths: isCPU)
        else { return nil }
        // Nothing there is can be less than nothing.
        guard amount >= 0, given >= 0 else { return nil }
        let unit = given == 0 ? (isCPU ? 1000 : 1) : given
        let (quotient, remainder) = amount.quotientAndRemainder(dividingBy: unit)
        return String(quotient + (remainder > 0 ? 1 : 0))
    }
}
