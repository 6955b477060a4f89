/// What the API server has said of this node's pods, and of what they refer to. While it can't be reached, what it said last
/// counts on.
package actor ClusterState {
    /// What there is to tell of the way to the API server.
    package enum Notice: Sendable {
        case failed(kind: String, APIFailure)
        case recovered(kind: String)
        case unreadable(kind: String, UnreadableObject)
    }

    private struct Objects {
        /// By UID.
        var pods: [String: Pod] = [:]
        /// By name.
        var namespaces: [String: Namespace] = [:]
        /// By "NAMESPACE/NAME".
        var instrumentations: [String: Instrumentation] = [:]
    }

    /// What a process's container asks for.
    package struct Answer: Sendable {
        package let pod: Pod
        package let container: String
        package let outcome: WishOutcome
        /// What the pod asks for containers that it doesn't have.
        package let misnamed: [WishRefusal]
        package let owners: WorkloadOwners
        /// What is known of the ConfigMaps and Secrets that the Instrumentation names.
        package let values: [ObjectKey: ObjectValue]
        /// More of them will be known soon.
        package let isPending: Bool
    }

    /// Of so many ReplicaSets and Jobs the owners are kept, those of pods that are gone among them until then.
    private static let ownerLimit = 2048

    /// Yields when what pods ask for may have changed. For one reader.
    package nonisolated let changes: AsyncStream<Void>
    private nonisolated let changed: AsyncStream<Void>.Continuation
    private let server: APIServer
    private let reader: ObjectReader
    private let node: String
    private let report: @Sendable (Notice) -> Void
    private let pause: @Sendable (Duration) async throws -> Void
    private var objects = Objects()
    private var wishes: [String: PodWishes] = [:]
    /// By the UID of what they own; nil while they are asked for.
    private var owners: [String: [OwnerReference]?] = [:]
    private var listed: Set<String> = []

    /// - Parameters:
    ///   - node: the name of this node.
    ///   - report: told what people should hear.
    ///   - pause: how to wait before what has failed is tried again.
    package init(
        _ server: APIServer, node: String, report: @escaping @Sendable (Notice) -> Void,
        pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.pause = pause
        (changes, changed) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.server = server
        reader = ObjectReader(server) { [changed] in changed.yield() }
        self.node = node
        self.report = report
    }

    /// Whether all kinds have been listed once, so that a pod that isn't known is none.
    package var isComplete: Bool { listed.count == 3 }

    /// Until cancelled.
    package func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.follow(.pods(ofNode: self.node), \.pods, by: \.uid) }
            group.addTask { await self.follow(.namespaces, \.namespaces, by: \.name) }
            group.addTask { await self.follow(.instrumentations, \.instrumentations, by: \.qualifiedName) }
        }
    }

    /// What the container asks for that a process is in; nil for a process of no pod that is known.
    package func answer(for identity: ContainerIdentity) -> Answer? {
        // An Instrumentation that isn't listed yet is none that doesn't exist.
        guard isComplete else { return nil }
        for pod in pods(for: identity) {
            guard let container = pod.container(of: identity)?.name else { continue }
            let wishes = wishes(of: pod)
            let outcome = wishes.outcome(of: container)
            var needsUIDs = false
            var values: [ObjectKey: ObjectValue?] = [:]
            if case .wanted(let wish) = outcome {
                needsUIDs = wish.instrumentation.resource.hasUIDs
                for key in wish.keys(namespace: pod.metadata.namespace) { values[key] = .some(reader.value(of: key)) }
            }
            let owners = WorkloadOwners(of: pod, needsUIDs: needsUIDs) { self.owners[$0.uid].flatMap { $0 } }
            if case .wanted = outcome { ask(for: owners.unknown, namespace: pod.metadata.namespace) }
            return Answer(
                pod: pod, container: container, outcome: outcome, misnamed: wishes.misnamed, owners: owners,
                values: values.compactMapValues { $0 }, isPending: values.values.contains(nil))
        }
        return nil
    }

    /// Those that the container may be of. The kubelet knows pods that it made from files by other UIDs than the API server.
    private func pods(for identity: ContainerIdentity) -> [Pod] {
        if let uid = identity.podUID, let pod = objects.pods[uid] { return [pod] }
        return Array(objects.pods.values)
    }

    /// The pod that a process is in, whatever the container, if that pod asks for any of its containers to be traced.
    package func askingPod(of identity: ContainerIdentity) -> Pod? {
        guard isComplete, let uid = identity.podUID else { return nil }
        return pods(for: identity).first { $0.kubeletUIDs.contains(uid) && !wishes(of: $0).wishes.isEmpty }
    }

    private func wishes(of pod: Pod) -> PodWishes {
        if let known = wishes[pod.metadata.uid] { return known }
        let made = PodWishes(
            pod: pod, namespace: objects.namespaces[pod.metadata.namespace],
            instrumentations: Array(objects.instrumentations.values))
        wishes[pod.metadata.uid] = made
        return made
    }

    private func follow<Object: ClusterObject>(
        _ kind: ResourceKind, _ known: any WritableKeyPath<Objects, [String: Object]> & Sendable,
        by key: any KeyPath<ObjectMetadata, String> & Sendable
    ) async {
        await ResourceWatch<Object>(kind, of: server, pause: pause).run { event in
            await self.take(event, of: kind, known, by: key)
        }
    }

    private func take<Object: ClusterObject>(
        _ event: ResourceWatch<Object>.Event, of kind: ResourceKind,
        _ known: any WritableKeyPath<Objects, [String: Object]> & Sendable,
        by key: any KeyPath<ObjectMetadata, String> & Sendable
    ) {
        switch event {
        case .replaced(let all):
            let all = Dictionary(all.map { ($0.metadata[keyPath: key], $0) }) { $1 }
            guard listed.insert(kind.name).inserted || objects[keyPath: known] != all else { return }
            objects[keyPath: known] = all
        case .changed(let object):
            let place = object.metadata[keyPath: key]
            let object = object.isOfUse ? object : nil
            // What nodespan reads of it is as it was: most events are of the status, or of other fields.
            if objects[keyPath: known][place] == object { return }
            objects[keyPath: known][place] = object
        case .removed(let object):
            guard objects[keyPath: known].removeValue(forKey: object.metadata[keyPath: key]) != nil else { return }
        case .absent:
            guard listed.insert(kind.name).inserted || !objects[keyPath: known].isEmpty else { return }
            objects[keyPath: known] = [:]
        case .unreadable(let error): return report(.unreadable(kind: kind.name, error))
        case .failed(let error): return report(.failed(kind: kind.name, error))
        case .recovered: return report(.recovered(kind: kind.name))
        }
        wishes = [:]
        reader.expire()
        changed.yield()
    }

    /// Asks for owners that aren't known, once.
    private func ask(for references: [OwnerReference], namespace: String) {
        for reference in references where owners[reference.uid] == nil {
            if owners.count >= Self.ownerLimit {
                let present = Set(objects.pods.values.flatMap { $0.metadata.owners.map(\.uid) })
                owners = owners.filter { present.contains($0.key) }
                // With so many, the names that are known have to do.
                if owners.count >= Self.ownerLimit { return }
            }
            owners[reference.uid] = .some(nil)
            Task {
                do throws(APIFailure) {
                    learn(try await self.server.owners(of: reference, namespace: namespace), of: reference)
                } catch {
                    // Without the right to ask, the name that is known has to do, too; else it is asked again.
                    if case .status(403...404, _, _) = error { return learn([], of: reference) }
                    try? await pause(Self.ownerPause)
                    owners[reference.uid] = nil
                    changed.yield()
                }
            }
        }
    }

    private func learn(_ found: [OwnerReference], of reference: OwnerReference) {
        owners[reference.uid] = found
        changed.yield()
    }

    private static let ownerPause = Duration.seconds(10)
}

extension ObjectMetadata {
    fileprivate var qualifiedName: String { "\(namespace)/\(name)" }
}

extension APIServer {
    /// The owners of a ReplicaSet or a Job.
    func owners(of reference: OwnerReference, namespace: String) async throws(APIFailure) -> [OwnerReference] {
        struct Partial: Decodable {
            let metadata: ObjectMetadata
        }
        // Whoever makes a pod may write anything there, and what leads elsewhere would get the token.
        let names = [reference.name, namespace] + reference.apiVersion.split(separator: "/").map(String.init)
        guard names.count == 4,
            names.allSatisfy({ name in
                name.utf8.first.map(ASCII.isAlphanumeric) == true
                    && name.utf8.allSatisfy { ASCII.isAlphanumeric($0) || "-.".utf8.contains($0) }
            })
        else { return [] }
        let path =
            "/apis/\(reference.apiVersion)/namespaces/\(namespace)/\(reference.kind.lowercased())s/\(reference.name)"
        let json = try await get(
            path, accepting: "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1", limit: 1 << 20)
        do throws(UnreadableObject) {
            return try KubernetesJSON.decode(Partial.self, from: json).metadata.owners
        } catch {
            throw .garbage("\(error)")
        }
    }
}
