/// What a pod belongs to: its owners, and theirs.
package struct WorkloadOwners: Hashable, Sendable {
    /// The kinds that resources have attributes for: `k8s.deployment.name`.
    enum Kind: String, CaseIterable, Sendable {
        // In the order in which they give services their names.
        case deployment, replicaset, statefulset, daemonset, cronjob, job
    }

    private var owners: [Kind: OwnerReference] = [:]
    /// Those whose own owners aren't known and would tell more. Each takes one question to the API server.
    package private(set) var unknown: [OwnerReference] = []

    /// The pod's own, and theirs: a Deployment's ReplicaSet, a CronJob's Job.
    private static let depthLimit = 2
    /// Of one object; anybody may write more.
    private static let countLimit = 8

    /// - Parameters:
    ///   - needsUIDs: whether names alone won't do.
    ///   - lookup: the owners of a ReplicaSet or a Job of the pod's namespace; nil when they aren't known.
    package init(of pod: Pod, needsUIDs: Bool, lookup: (OwnerReference) -> [OwnerReference]?) {
        let hash = pod.metadata.labels["pod-template-hash"] ?? ""
        add(pod.metadata.owners, depth: 0, hash: hash, needsUIDs: needsUIDs, lookup: lookup)
    }

    /// Nil where the pod belongs to none of that kind.
    func name(_ kind: Kind) -> String? { owners[kind]?.name }

    func uid(_ kind: Kind) -> String? {
        owners[kind].flatMap { $0.uid.isEmpty ? nil : $0.uid }
    }

    private mutating func add(
        _ references: [OwnerReference], depth: Int, hash: String, needsUIDs: Bool,
        lookup: (OwnerReference) -> [OwnerReference]?
    ) {
        guard depth < Self.depthLimit else { return }
        for reference in references.prefix(Self.countLimit) {
            guard let kind = Kind(rawValue: reference.kind.lowercased()) else { continue }
            owners[kind] = reference
            // Others may have kinds of these names: Volcano has Jobs.
            let group = reference.apiVersion.split(separator: "/").first
            guard (kind == .replicaset && group == "apps") || (kind == .job && group == "batch") else { continue }
            if let above = lookup(reference) {
                add(above, depth: depth + 1, hash: hash, needsUIDs: needsUIDs, lookup: lookup)
                continue
            }
            // A Deployment calls its ReplicaSets "NAME-HASH", and labels their pods with the hash.
            if kind == .replicaset, !hash.isEmpty, reference.name.hasSuffix("-\(hash)"),
                reference.name.utf8.count > hash.utf8.count + 1
            {
                let name = String(reference.name.dropLast(hash.count + 1))
                owners[.deployment] = OwnerReference(apiVersion: "apps/v1", kind: "Deployment", name: name, uid: "")
                if !needsUIDs { continue }
            }
            if unknown.count < Self.countLimit, !unknown.contains(reference) { unknown.append(reference) }
        }
    }
}
