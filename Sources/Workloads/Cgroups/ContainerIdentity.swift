/// Which container of which pod a process is in, as far as the machine shows it. At least one of the three is known.
package struct ContainerIdentity: Hashable, Sendable {
    /// As the API server has it, with dashes; of a pod that the kubelet made from a file the hash of that
    /// (`Pod.kubeletUIDs`). Nil outside of Kubernetes.
    package let podUID: String?
    /// The container runtime's: 64 hexadecimal digits.
    package let containerID: String?
    /// By the pod's specification: known before the pod's status has the container's id.
    package let containerName: String?

    /// Nil for a process in no container.
    ///
    /// - Parameter mounts: nil when they weren't read. They count where they don't contradict the control groups.
    package init?(_ groups: ControlGroups, mounts: ContainerMounts?) {
        let container = groups.container
        let agreeing = container?.podUID == nil || container?.podUID == mounts?.podUID ? mounts : nil
        podUID = container?.podUID ?? agreeing?.podUID
        containerID = container?.containerID
        containerName = agreeing?.containerName
        if podUID == nil, containerID == nil { return nil }
    }
}
