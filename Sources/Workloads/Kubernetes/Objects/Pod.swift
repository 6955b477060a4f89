/// A pod (core/v1), as far as it is of use here: a node keeps one for each of its pods.
package struct Pod: Hashable, Sendable {
    package let metadata: ObjectMetadata
    /// Empty before it is scheduled.
    package let nodeName: String
    package let serviceAccountName: String
    package let sharesHostNetwork: Bool
    package let containers: [PodContainer]
    package let initContainers: [PodContainer]
    package let ephemeralContainers: [PodContainer]
    /// "Pending", "Running", "Succeeded", "Failed" or "Unknown"; empty in a file.
    package let phase: String
    /// The node's addresses, of each family at most one; empty at first.
    package let hostIPs: [String]
    /// Its own addresses, of each family at most one; empty at first.
    package let podIPs: [String]
    /// Of containers of all kinds.
    package let containerStatuses: [ContainerStatus]

    /// Every name that a container can have.
    package var allContainers: [PodContainer] { containers + initContainers + ephemeralContainers }

    /// The UIDs that control groups and mounts may show. The kubelet gives a pod that it makes from a file a hash for
    /// one; the API server gives the pod that mirrors it another (kubelet/pod/mirror_client.go). Annotations are
    /// anybody's to write, so that more than one pod may claim a hash.
    package var kubeletUIDs: Set<String> {
        let hashes = ["kubernetes.io/config.hash", "kubernetes.io/config.mirror"].compactMap {
            metadata.annotations[$0]
        }
        return Set([metadata.uid].filter { !$0.isEmpty } + hashes.filter { PodUID.isHash($0.utf8) })
    }

    /// The container that a process of this pod is in: by its id, or, as long as the status doesn't have that, by its
    /// name. Nil for a process of another pod, and for one of the pod's sandbox.
    package func container(of identity: ContainerIdentity) -> PodContainer? {
        if let uid = identity.podUID, !kubeletUIDs.contains(uid) { return nil }
        let status = identity.containerID.flatMap { id in containerStatuses.first { $0.containerID == id } }
        // A name proves nothing without the pod, nor does a hash that the pod claims: the status is the kubelet's.
        let name = identity.podUID == metadata.uid ? identity.containerName : nil
        guard let name = status?.name ?? name else { return nil }
        return allContainers.first { $0.name == name }
    }
}

extension Pod: Decodable {
    private enum CodingKeys: CodingKey { case metadata, spec, status }

    private struct Specification: Decodable {
        var nodeName: String?
        var serviceAccountName: String?
        var hostNetwork: Bool?
        var containers: [PodContainer]?
        var initContainers: [PodContainer]?
        var ephemeralContainers: [PodContainer]?
    }

    private struct Status: Decodable {
        var phase: String?
        var hostIP: String?
        var hostIPs: [Address]?
        var podIP: String?
        var podIPs: [Address]?
        var containerStatuses: [ContainerStatus]?
        var initContainerStatuses: [ContainerStatus]?
        var ephemeralContainerStatuses: [ContainerStatus]?
    }

    private struct Address: Decodable {
        var ip: String?
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.decode(ObjectMetadata.self, forKey: .metadata)
        let spec = try container.decodeIfPresent(Specification.self, forKey: .spec) ?? Specification()
        nodeName = spec.nodeName ?? ""
        serviceAccountName = spec.serviceAccountName ?? ""
        sharesHostNetwork = spec.hostNetwork ?? false
        containers = spec.containers ?? []
        initContainers = spec.initContainers ?? []
        ephemeralContainers = spec.ephemeralContainers ?? []
        let status = try container.decodeIfPresent(Status.self, forKey: .status) ?? Status()
        phase = status.phase ?? ""
        hostIPs = Self.addresses(status.hostIPs, status.hostIP)
        podIPs = Self.addresses(status.podIPs, status.podIP)
        containerStatuses =
            (status.containerStatuses ?? []) + (status.initContainerStatuses ?? [])
            + (status.ephemeralContainerStatuses ?? [])
    }

    /// Servers of old have the one address only, and all have it first among the many.
    private static func addresses(_ many: [Address]?, _ one: String?) -> [String] {
        let many = (many ?? []).compactMap(\.ip).filter { !$0.isEmpty }
        return many.isEmpty ? [one ?? ""].filter { !$0.isEmpty } : many
    }
}
