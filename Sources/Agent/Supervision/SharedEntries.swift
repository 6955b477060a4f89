import Synchronization
import Workloads

/// What is known of how processes came into their containers, for several threads that read of processes. None waits for what
/// another reads.
final class SharedEntries: Sendable {
    private let entries = Mutex(ContainerEntries())

    /// Nil for a process that has ended, or that is in no container. Reading may block.
    func entry(of pid: Int32) -> ContainerEntry? {
        let before = entries.withLock { $0 }
        var own = before
        let entry = own.entry(of: pid, in: LocalProcesses())
        entries.withLock { [own] in $0.learn(from: own, since: before) }
        return entry
    }

    /// Forgets all processes but these.
    func keep(_ pids: some Sequence<Int32>) {
        entries.withLock { $0.keep(pids) }
    }
}
