/// The processes of a machine, as far as it takes to tell how one came into its container. What can't be read, as of a process
/// that has ended, is nil or empty.
package protocol ProcessTable {
    /// All that are in the same container as one, and perhaps others.
    func candidates(with pid: Int32) -> [Int32]
    func stat(of pid: Int32) -> ProcessStat?
    /// Its numbers, from the pid namespace of /proc to the innermost that it is in.
    func numbers(of pid: Int32) -> [Int32]
    /// The first words of its command line.
    func arguments(of pid: Int32) -> [String]
    func container(of pid: Int32) -> ContainerIdentity?
}

/// Those of this machine, by /proc.
package struct LocalProcesses: ProcessTable {
    package init() {}

    package func candidates(with pid: Int32) -> [Int32] {
        let members = container(of: pid)?.containerID.flatMap { ContainerMembers.list(with: pid, containerID: $0) }
        return members ?? (try? LocalProcess.pids()) ?? []
    }

    package func stat(of pid: Int32) -> ProcessStat? {
        (try? ProcFolder(pid: pid).contents(of: "stat", limit: 1 << 12)).flatMap { ProcessStat($0) }
    }

    package func numbers(of pid: Int32) -> [Int32] { (try? LocalProcess.threadGroupIDs(of: pid)) ?? [] }

    package func arguments(of pid: Int32) -> [String] { LocalProcess.arguments(of: pid) }

    package func container(of pid: Int32) -> ContainerIdentity? {
        guard let groups = try? ControlGroups.read(pid: pid),
            let identity = ContainerIdentity(groups, mounts: nil)
        else { return nil }
        // Else the group is the whole pod's.
        if identity.containerID != nil { return identity }
        return ContainerIdentity(groups, mounts: try? ContainerMounts.read(pid: pid))
    }
}
