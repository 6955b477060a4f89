/// A running process, of which no more is read than is asked for. What can't be read is empty. Reading may block.
package final class LiveProcess: ProcessSubject {
    /// In the pid namespace of /proc.
    package let pid: Int32
    package let executablePath: String
    private let ports: ListeningPorts
    private lazy var readEnvironment = LocalProcess.environment(of: pid)
    private lazy var readGroups = (try? ControlGroups.read(pid: pid)) ?? ControlGroups([])
    private lazy var readMounts = try? ContainerMounts.read(pid: pid)
    private lazy var readArguments = LocalProcess.arguments(of: pid)
    private lazy var readHandle = try? ProcessHandle(pid: pid)
    private lazy var readPorts = ports.ports(of: pid)

    /// Nil for one that has ended, and for a kernel thread.
    /// - Parameter ports: for one look at many processes.
    package init?(pid: Int32, ports: ListeningPorts) {
        guard let path = LocalProcess.executablePath(of: pid) else { return nil }
        self.pid = pid
        self.ports = ports
        executablePath = path
    }

    /// Where the file that it runs is, or was.
    package var programPath: String { LocalProcess.programPath(executablePath) }
    /// Which container it is in; nil for none.
    package var container: ContainerIdentity? {
        // Anybody can mount what looks like a container's files: they only add to what control groups say.
        ContainerIdentity(readGroups, mounts: nil) == nil ? nil : ContainerIdentity(readGroups, mounts: readMounts)
    }
    /// The kind of container runtime that it is a part of, if it has containers behind it that can't be traced.
    package var sandbox: SandboxRuntime? { SandboxRuntime(programPath: programPath, arguments: readArguments) }
    package var environment: [String: String] { readEnvironment }
    /// Nil when it has ended.
    package var handle: ProcessHandle? { readHandle }
    package var controlGroups: ControlGroups { readGroups }
    package var listeningPorts: Set<UInt16> { readPorts }
}
