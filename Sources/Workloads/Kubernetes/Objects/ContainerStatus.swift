/// What the kubelet reports of a container (core/v1, ContainerStatus).
package struct ContainerStatus: Hashable, Sendable {
    package let name: String
    /// The container runtime's, without the runtime's name before it; empty until it was created.
    package let containerID: String
}

extension ContainerStatus: Decodable {
    private enum CodingKeys: CodingKey { case name, containerID }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        // "containerd://ID"
        let id = try container.decodeIfPresent(String.self, forKey: .containerID) ?? ""
        containerID = id.split(separator: "/").last.map(String.init) ?? ""
    }
}
