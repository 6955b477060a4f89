/// Tells how processes came into their containers, and remembers it: a process whose parent has ended looks as if it had been
/// put there from outside, or, in a container with a pid namespace of its own, as if the first one had started it.
///
/// A process is remembered from its first look to its end; what it executes changes nothing. Where a container's processes
/// have no namespace of their own (`hostPID`, `shareProcessNamespace`), its first process is looked for among all of them,
/// once.
package struct ContainerEntries: Sendable {
    private struct Known {
        let startTicks: UInt64
        let entry: ContainerEntry
    }

    /// Of so many processes it is remembered; then all are looked at anew.
    private static let limit = 1 << 14
    /// So many generations are followed. What is deeper counts as put there.
    private static let depth = 128

    private var known: [Int32: Known] = [:]
    private var firsts: [ContainerIdentity: ProcessStat] = [:]

    package init() {}

    /// Nil for a process that has ended, or that is in no container.
    package mutating func entry(of pid: Int32, in processes: some ProcessTable) -> ContainerEntry? {
        guard var process = processes.stat(of: pid) else { return nil }
        if let known = known(process) { return known }
        guard let container = processes.container(of: pid) else { return nil }
        var line: [ProcessStat] = []
        while line.count < Self.depth {
            if let known = known(process) { return remember(known, of: line) }
            if Self.isStarting(process) { return .starting }
            line.append(process)
            if let parent = Self.parent(of: process, within: container, in: processes) {
                process = parent
                continue
            }
            guard let now = processes.stat(of: process.pid) else { return nil }
            // It has been given another parent meanwhile.
            if now.parent != process.parent {
                process = now
                continue
            }
            let entry = entry(ofOutermost: process, of: container, in: processes)
            return entry == .starting ? entry : remember(entry, of: line)
        }
        return remember(.entered, of: line)
    }

    /// Forgets all processes but these.
    package mutating func keep(_ pids: some Sequence<Int32>) {
        let present = Set(pids)
        known = known.filter { present.contains($0.key) }
        firsts = firsts.filter { present.contains($0.value.pid) }
    }

    /// Adds what another has learnt since it was as it was before.
    package mutating func learn(from other: ContainerEntries, since before: ContainerEntries) {
        for (pid, new) in other.known where before.known[pid]?.startTicks != new.startTicks {
            if known.count >= Self.limit { known = [:] }
            known[pid] = new
        }
        for (container, first) in other.firsts where before.firsts[container] != first {
            learn(first, of: container)
        }
    }

    private func known(_ process: ProcessStat) -> ContainerEntry? {
        known[process.pid].flatMap { $0.startTicks == process.startTicks ? $0.entry : nil }
    }

    private mutating func remember(_ entry: ContainerEntry, of line: [ProcessStat]) -> ContainerEntry {
        if known.count + line.count > Self.limit { known = [:] }
        for process in line { known[process.pid] = Known(startTicks: process.startTicks, entry: entry) }
        return entry
    }

    /// Of a process whose parent isn't in the container.
    private mutating func entry(
        ofOutermost process: ProcessStat, of container: ContainerIdentity, in processes: some ProcessTable
    ) -> ContainerEntry {
        if Self.isStarting(arguments: processes.arguments(of: process.pid)) { return .starting }
        let numbers = processes.numbers(of: process.pid)
        if numbers.count > 1, numbers.last == 1 {
            learn(process, of: container)
            return .own
        }
        guard let first = first(of: container, with: process.pid, in: processes) else { return .entered }
        if first.pid == process.pid { return .own }
        // Whose parent has ended is still in the session that the runtime began for the first process.
        return process.session == first.pid && first.session == first.pid ? .own : .entered
    }

    private mutating func first(
        of container: ContainerIdentity, with pid: Int32, in processes: some ProcessTable
    ) -> ProcessStat? {
        if let known = firsts[container], processes.stat(of: known.pid)?.startTicks == known.startTicks {
            return known
        }
        var first: ProcessStat?
        for pid in processes.candidates(with: pid) where processes.container(of: pid) == container {
            guard let process = processes.stat(of: pid), !Self.isStarting(process),
                first.map({ (process.startTicks, process.pid) < ($0.startTicks, $0.pid) }) ?? true,
                Self.parent(of: process, within: container, in: processes) == nil,
                !Self.isStarting(arguments: processes.arguments(of: pid))
            else { continue }
            first = process
        }
        if let first { learn(first, of: container) }
        return first
    }

    private mutating func learn(_ first: ProcessStat, of container: ContainerIdentity) {
        if firsts.count >= Self.limit { firsts = [:] }
        firsts[container] = first
    }

    private static func parent(
        of process: ProcessStat, within container: ContainerIdentity, in processes: some ProcessTable
    ) -> ProcessStat? {
        guard process.parent > 0, processes.container(of: process.parent) == container else { return nil }
        return processes.stat(of: process.parent)
    }

    /// runc names the stages of itself (libcontainer/nsenter/nsexec.c: "runc:[2:INIT]").
    private static func isStarting(_ process: ProcessStat) -> Bool { process.commandName.hasPrefix("runc:[") }

    /// Before it has read who it is to be, runc has another name, of a copy of its own file (libcontainer/factory_linux.go).
    private static func isStarting(arguments: [String]) -> Bool {
        arguments.count > 1 && arguments[1] == "init" && arguments[0].split(separator: "/").last == "runc"
    }
}
