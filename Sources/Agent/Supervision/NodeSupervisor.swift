package import BPFRuntime
import CBPF
import Glibc
import Spans
import SystemPackage
package import Workloads

/// Keeps what is traced on this machine equal to what the rules want, for as long as it runs: by what the kernel tells of
/// processes, and by looking at all of them every now and then.
package actor NodeSupervisor {
    /// Between two looks at all processes, which find what no event told of.
    private static let look = Duration.seconds(5)
    /// As `look`, where what a rule asks for comes without an event: a port.
    private static let quickLook = Duration.seconds(1)
    /// Of so many refusals it is known that they were told; then they may be told again.
    private static let known = 1024

    private let tracer: Tracer
    private let router: SpanRouter
    private let cluster: ClusterState?
    private let report: @Sendable (SupervisorNotice) -> Void
    private var configuration: AgentConfiguration
    private var wishes: [Int32: ProcessWish] = [:]
    private var told: Set<String> = []

    /// - Parameters:
    ///   - router: the tracer's sink.
    ///   - cluster: knows what pods ask for; nil on a machine that is no node of a cluster. To be run by the caller.
    ///   - report: told what becomes of processes.
    package init(
        tracer: Tracer, configuration: AgentConfiguration, router: SpanRouter, cluster: ClusterState? = nil,
        report: @escaping @Sendable (SupervisorNotice) -> Void
    ) {
        self.tracer = tracer
        self.configuration = configuration
        self.router = router
        self.cluster = cluster
        self.report = report
    }

    /// How many processes are traced.
    package var count: Int { wishes.count }

    /// Until cancelled.
    package func run() async throws(BPFError) {
        // What starts while the others are looked at is told of.
        try await tracer.reportExecs(of: ExecNames([""]))
        await withDiscardingTaskGroup { group in
            group.addTask { await self.tracer.lookAfterArmed() }
            group.addTask { await self.lookAtAllAgainAndAgain() }
            if let cluster {
                group.addTask { for await _ in cluster.changes { await self.lookAtAll() } }
            }
            for await notice in tracer.notices {
                do throws(BPFError) {
                    for change in try await tracer.changes(after: notice) { follow(change, in: &group) }
                } catch {
                    report(.failed(error))
                }
            }
        }
    }

    /// Other rules, destinations and samplers from now on, for processes that run, too.
    package func apply(_ configuration: AgentConfiguration) async {
        self.configuration = configuration
        told = []
        await lookAtAll()
        router.keep(configuration.destinations)
    }

    private func follow(_ change: ProcessChange, in group: inout DiscardingTaskGroup) {
        switch change {
        // An analysis takes long, and others needn't wait for it.
        case .executed(let pid): group.addTask { await self.look(at: pid, ports: ListeningPorts()) }
        case .missed: group.addTask { await self.lookAtAll() }
        case .ended(let pid):
            wishes[pid] = nil
            report(.ended(pid: pid))
        // What it runs now is told of by `executed`.
        case .replaced(let pid, _):
            wishes[pid] = nil
            report(.ended(pid: pid))
        case .writesOff(let pid): report(.writesOff(pid: pid))
        case .launched: break
        }
    }

    private func lookAtAllAgainAndAgain() async {
        while !Task.isCancelled {
            await lookAtAll()
            let needsPorts = configuration.rules.contains { !$0.match.ports.isEmpty }
            try? await Task.sleep(for: needsPorts ? Self.quickLook : Self.look)
        }
    }

    private func lookAtAll() async {
        guard let pids = try? LocalProcess.pids() else { return }
        let ports = ListeningPorts()
        for pid in pids where pid != getpid() { await look(at: pid, ports: ports) }
    }

    /// Does for one process what is to be done now.
    private func look(at pid: Int32, ports: ListeningPorts) async {
        let wish = await wish(of: pid, ports: ports)
        if wish == wishes[pid] { return }
        do throws(BPFError) {
            guard let wish else {
                wishes[pid] = nil
                if try await tracer.untrace(pid) { report(.untraced(pid: pid)) }
                return
            }
            if wishes[pid] != nil, try await tracer.change(pid, to: wish.options) {
                wishes[pid] = wish
                report(.changed(pid: pid, origin: wish.origin))
                return
            }
        } catch {
            report(.failed(error))
        }
        await trace(pid, wish)
    }

    /// What a process's pod asks for, and for one of no pod, what the rules say.
    private func wish(of pid: Int32, ports: ListeningPorts) async -> ProcessWish? {
        guard let process = LiveProcess(pid: pid, ports: ports) else { return nil }
        if let cluster, let identity = process.container {
            guard let answer = await cluster.answer(for: identity) else {
                // Of a pod that isn't known any more, or not yet: what is done for it goes on.
                return wishes[pid]
            }
            let subject = "\(answer.pod.metadata.namespace)/\(answer.pod.metadata.name)"
            return ProcessWish(of: process, in: answer, by: configuration, router: router) { problem in
                tell(.problem(problem, subject: subject), once: "\(answer.pod.metadata.uid): \(problem)")
            }
        }
        return ProcessWish(of: process, by: configuration, router: router) { problem in
            tell(.problem(problem, subject: "process \(pid)"), once: "\(pid): \(problem)")
        }
    }

    private func trace(_ pid: Int32, _ wish: ProcessWish?) async {
        guard let wish else { return }
        do throws(TracerError) {
            let candidate = try await tracer.examine(pid)
            let refusal = wish.leavesSDK?.refusal(
                hasSDK: candidate.executable.hasTracingSDK, environment: candidate.process.environment)
            if let refusal {
                return tell(.problem(.wish(refusal), subject: "process \(pid)"), once: "\(pid): \(refusal)")
            }
            let isNew = try await tracer.trace(candidate, wish.options)
            wishes[pid] = wish
            if isNew { report(.traced(candidate, origin: wish.origin)) }
        } catch {
            // One that isn't there any more isn't missed, nor a shell in a unit.
            if error.isEnd || !wish.namesProgram && error.isNoGoProgram { return }
            // All that run one file are refused for one reason.
            let subject =
                if case .executable(let reason, _, let path) = error { "\(path): \(reason)" } else { "\(error)" }
            tell(.refused(error), once: subject)
        }
    }

    private func tell(_ notice: SupervisorNotice, once key: String) {
        if told.count >= Self.known { told = [] }
        if told.insert(key).inserted { report(notice) }
    }
}
