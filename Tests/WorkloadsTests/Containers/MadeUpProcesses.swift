import Workloads

/// Processes as a test has them, in containers of one pod.
struct MadeUpProcesses: ProcessTable {
    struct Process {
        var name = "server"
        var parent: Int32
        var session: Int32 = 0
        var start: UInt64
        /// Its number in a pid namespace of the container's, or the pod's.
        var inner: Int32?
        var arguments = ["/server"]
        /// "" for one of the host.
        var container = "a"
    }

    var processes: [Int32: Process] = [:]
    /// How often all processes were looked at.
    var scans = Counter()

    final class Counter {
        var count = 0
    }

    func candidates(with _: Int32) -> [Int32] {
        scans.count += 1
        return processes.keys.sorted()
    }

    func stat(of pid: Int32) -> ProcessStat? {
        processes[pid].map {
            ProcessStat(
                pid: pid, commandName: $0.name, parent: $0.parent, session: $0.session, startTicks: $0.start)
        }
    }

    func numbers(of pid: Int32) -> [Int32] {
        processes[pid].map { process in [pid] + (process.inner.map { [$0] } ?? []) } ?? []
    }

    func arguments(of pid: Int32) -> [String] { processes[pid]?.arguments ?? [] }

    func container(of pid: Int32) -> ContainerIdentity? {
        guard let process = processes[pid], !process.container.isEmpty else { return nil }
        let id = String(repeating: process.container, count: 64)
        let path = "/kubepods/pod9f2c7d0e-4a1b-4c3d-8e5f-0123456789ab/\(id)"
        return ContainerIdentity(ControlGroups("0::\(path)\n".utf8), mounts: nil)
    }
}
