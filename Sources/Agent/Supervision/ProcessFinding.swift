import CBPF
import Workloads

/// What is read of a process to find out what is to be done with it, in one go, by a thread that may block.
struct ProcessFinding: Sendable {
    /// What ran in it before anything else was read, and all that is needed to trace it; nil where that isn't asked for.
    var image: ns_process_image?
    var look: ProcessLook?
    /// Where a pod may say what is to be done; then the rules weren't asked.
    var container: ContainedProcess?
    /// By the rules.
    var wish: ProcessWish?
    var problems: [WishProblem] = []

    /// How much is read.
    enum Depth {
        /// What its tracing may depend on.
        case wish
        /// And what it is, to begin tracing it if that is wanted.
        case look
        /// The same at once, wanted or not.
        case everything
    }

    /// Nil for a process that has ended.
    /// - Parameter isInCluster: what is in a container is a pod's.
    init?(
        _ pid: Int32, ports: ListeningPorts, by configuration: AgentConfiguration, isInCluster: Bool, _ depth: Depth,
        tracer: Tracer
    ) throws(TracerError) {
        if depth != .wish { image = tracer.image(of: pid) }
        guard let process = LiveProcess(pid: pid, ports: ports) else { return nil }
        if isInCluster, let identity = process.container {
            container = ContainedProcess(
                identity: identity, programPath: process.programPath, environment: process.environment,
                sandbox: process.sandbox, handle: process.handle)
            if depth == .everything { look = try? tracer.look(at: pid) }
            return
        }
        var problems: [WishProblem] = []
        wish = ProcessWish(of: process, by: configuration) { problems.append($0) }
        // What isn't found any more is no problem of one that has ended.
        if !problems.isEmpty, process.handle?.hasEnded ?? true { return nil }
        self.problems = problems
        if depth != .wish, wish != nil { look = try tracer.look(at: pid) }
    }
}

/// A process in a container, as far as what a pod asks for depends on it.
struct ContainedProcess: Sendable {
    let identity: ContainerIdentity
    let programPath: String
    let environment: [String: String]
    /// The kind of container runtime that it is a part of, if it has containers behind it that can't be traced.
    let sandbox: SandboxRuntime?
    /// Nil when it has ended meanwhile.
    var handle: ProcessHandle?
}
