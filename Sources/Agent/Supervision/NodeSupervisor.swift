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
    /// Between two looks at all processes at least.
    private static let pause = Duration.milliseconds(200)
    /// How often a process is looked at again at once, since something has changed meanwhile.
    private static let rounds = 4
    /// Of so many processes at once it is waited for what they are.
    private static let lanes = 16
    /// Of so many refusals it is known that they were told; then they may be told again.
    private static let known = 1 << 14

    /// What is found of a process at one moment.
    private struct Reading {
        var wish: ProcessWish?
        var problems: [WishProblem] = []
        /// The one that it is in.
        var pod: PodReference?
    }

    private let tracer: Tracer
    private let router: SpanRouter
    private let cluster: ClusterState?
    private let events: EventRecorder?
    private let samplers: RemoteSamplers?
    private let report: @Sendable (SupervisorNotice) -> Void
    private var configuration: AgentConfiguration
    private var wishes: [Int32: ProcessWish] = [:]
    private let entries = SharedEntries()
    /// By hashes of what was said.
    private var told: Set<Int> = []
    /// Processes that are looked at, and those of them to be looked at once more.
    private var busy: Set<Int32> = []
    private var again: Set<Int32> = []
    /// Nobody looks any more.
    private var hasEnded = false
    /// Who waits for the next look at all processes.
    private var waiting: [CheckedContinuation<Void, Never>] = []
    /// Yields when all processes are to be looked at.
    private nonisolated let dues: AsyncStream<Void>
    private nonisolated let due: AsyncStream<Void>.Continuation

    /// - Parameters:
    ///   - router: the tracer's sink.
    ///   - cluster: knows what pods ask for; nil on a machine that is no node of a cluster. To be run by the caller.
    ///   - events: has pods show what isn't done as they ask for. To be run by the caller.
    ///   - samplers: know how servers have traces sampled; without, initial rates count. To be run by this.
    ///   - report: told what becomes of processes.
    package init(
        tracer: Tracer, configuration: AgentConfiguration, router: SpanRouter, cluster: ClusterState? = nil,
        events: EventRecorder? = nil, samplers: RemoteSamplers? = nil,
        report: @escaping @Sendable (SupervisorNotice) -> Void
    ) {
        (dues, due) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.tracer = tracer
        self.configuration = configuration
        self.router = router
        self.cluster = cluster
        self.events = events
        self.samplers = samplers
        self.report = report
    }

    /// Until cancelled.
    package func run() async throws(BPFError) {
        // What starts while the others are looked at is told of.
        try await tracer.reportExecs(of: ExecNames([""]))
        await withDiscardingTaskGroup { group in
            group.addTask { await self.tracer.lookAfterArmed() }
            group.addTask { await self.lookAtAllWhenDue() }
            group.addTask { await self.askAgainAndAgain() }
            if let cluster {
                group.addTask { for await _ in cluster.changes { self.due.yield() } }
            }
            if let samplers {
                group.addTask { await samplers.run() }
                group.addTask { for await _ in samplers.changes { self.due.yield() } }
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

    /// Other rules, destinations and samplers from now on. Returns when they hold for the processes that run, too.
    package func apply(_ configuration: AgentConfiguration) async {
        self.configuration = configuration
        told = []
        if hasEnded { return }
        await withCheckedContinuation { continuation in
            waiting.append(continuation)
            due.yield()
        }
    }

    private func follow(_ change: ProcessChange, in group: inout DiscardingTaskGroup) {
        switch change {
        // An analysis takes long, and others needn't wait for it.
        case .executed(let pid): group.addTask { await self.look(at: pid, ports: ListeningPorts(), hasBegun: true) }
        case .missed: due.yield()
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

    private func askAgainAndAgain() async {
        while !Task.isCancelled {
            due.yield()
            let needsPorts = configuration.rules.contains { !$0.match.ports.isEmpty }
            try? await Task.sleep(for: needsPorts ? Self.quickLook : Self.look)
        }
    }

    /// One look at a time, however often it is asked for.
    private func lookAtAllWhenDue() async {
        defer {
            hasEnded = true
            for continuation in waiting { continuation.resume() }
        }
        for await _ in dues {
            let asked = waiting
            waiting = []
            await lookAtAll()
            for continuation in asked { continuation.resume() }
            router.keep(Set(wishes.values.compactMap(\.destination)), standing: configuration.destinations)
            try? await Task.sleep(for: Self.pause)
        }
    }

    private func lookAtAll() async {
        guard let pids = try? LocalProcess.pids() else { return }
        entries.keep(pids)
        let ports = ListeningPorts()
        // One whose file is slow holds up few.
        await withDiscardingTaskGroup { group in
            for lane in 0..<Self.lanes {
                group.addTask {
                    for place in stride(from: lane, to: pids.count, by: Self.lanes) where pids[place] != getpid() {
                        if Task.isCancelled { return }
                        await self.look(at: pids[place], ports: ports)
                    }
                }
            }
        }
        do throws(BPFError) {
            for (pid, reason) in try await tracer.lossesByQuota() {
                tell(.beyondQuota(pid: pid, reason), once: "\(pid): \(reason.name)")
            }
        } catch {
            report(.failed(error))
        }
    }

    /// Does for one process what is to be done now, one look at a time.
    /// - Parameter hasBegun: just now, so that no time is to be lost.
    private func look(at pid: Int32, ports: ListeningPorts, hasBegun: Bool = false) async {
        guard busy.insert(pid).inserted else {
            again.insert(pid)
            return
        }
        // One that executes programs without end is left to the next look at all.
        for _ in 0..<Self.rounds {
            again.remove(pid)
            do throws(TracerError) {
                try await lookOnce(at: pid, ports: ports, hasBegun: hasBegun)
            } catch {
                tell(error)
            }
            if !again.contains(pid) || Task.isCancelled { break }
        }
        busy.remove(pid)
        if again.remove(pid) != nil { due.yield() }
    }

    /// Finds out what a process's pod asks for, and for one of no pod, what the rules say, and does that.
    private func lookOnce(at pid: Int32, ports: ListeningPorts, hasBegun: Bool) async throws(TracerError) {
        let depth: ProcessFinding.Depth = wishes[pid] != nil ? .wish : hasBegun ? .everything : .look
        var found = try await find(pid, ports: ports, depth, isInCluster: cluster != nil)
        if let cluster, let container = found?.container {
            if let answer = await cluster.answer(for: container.identity) {
                var reading = Reading(pod: answer.pod.reference)
                if try await !isLeftOut(pid, container, of: answer) {
                    // What is done for it goes on until all is known that it is to be traced with.
                    if answer.isPending { return }
                    guard let asked = try await wish(of: pid, container, in: answer) else { return }
                    (reading.wish, reading.problems) = asked
                }
                return await settle(pid, reading, found)
            }
            if let sandbox = container.sandbox, let pod = await cluster.askingPod(of: container.identity) {
                tell(.sandboxed(sandbox), of: pod.reference, process: pid)
            }
            // Of a pod that isn't known any more, or not yet: what is done for it goes on.
            if container.identity.podUID != nil { return }
            found = try await find(pid, ports: ports, depth, isInCluster: false)
        }
        await settle(pid, Reading(wish: found?.wish, problems: found?.problems ?? []), found)
    }

    private func find(
        _ pid: Int32, ports: ListeningPorts, _ depth: ProcessFinding.Depth, isInCluster: Bool
    ) async throws(TracerError) -> ProcessFinding? {
        let (configuration, tracer) = (configuration, tracer)
        return try await tracer.reading(pid) { () throws(TracerError) in
            try ProcessFinding(
                pid, ports: ports, by: configuration, isInCluster: isInCluster, depth, tracer: tracer)
        }
    }

    /// What a pod asks for one of its processes, by a thread that may block: it may name files. Nil for one that has ended.
    private func wish(
        of pid: Int32, _ process: ContainedProcess, in answer: ClusterState.Answer
    ) async throws(TracerError) -> (ProcessWish?, [WishProblem])? {
        let configuration = configuration
        return try await tracer.reading(pid) { () throws(TracerError) in
            var problems: [WishProblem] = []
            let wish = ProcessWish(of: process, in: answer, by: configuration) { problems.append($0) }
            if !problems.isEmpty, process.handle?.hasEnded ?? true { return nil }
            return (wish, problems)
        }
    }

    /// Whether a process isn't one of those that a container's wish is about: the first that was started there, and all that
    /// descend from it.
    private func isLeftOut(
        _ pid: Int32, _ process: ContainedProcess, of answer: ClusterState.Answer
    ) async throws(TracerError) -> Bool {
        guard case .wanted(let wish) = answer.outcome else { return false }
        let pod = answer.pod.reference
        if let sandbox = process.sandbox {
            tell(.sandboxed(sandbox), of: pod, process: pid)
            return true
        }
        // Where it came from doesn't change.
        if wishes[pid] != nil || !wish.admits(programPath: process.programPath) { return false }
        let entries = entries
        let entry = try await tracer.reading(pid) { () throws(TracerError) in
            entries.entry(of: pid)
        }
        guard entry == .entered else { return entry != .own }
        // Of shells and the like, nobody expects spans.
        let key = "\(pod.uid): entered \(answer.container)"
        if !told.contains(key.hashValue), let candidate = try? await tracer.examine(pid) {
            let problem = WishProblem.entered(
                pid: pid, program: candidate.process.commandName, container: answer.container)
            tell(problem, of: pod, process: pid, once: key)
        }
        return true
    }

    private func settle(_ pid: Int32, _ reading: Reading, _ found: ProcessFinding?) async {
        let traced = wishes[pid]
        var reading = reading
        if let samplers { reading.wish?.sampling.follow(samplers, namespace: reading.pod?.namespace) }
        // What another program's settings are is told of nobody: `inject-sdk` is for all languages.
        if traced != nil || reading.wish == nil { tell(reading, process: pid) }
        if reading.wish == traced { return }
        do throws(BPFError) {
            guard let wish = reading.wish, let found, traced == nil || wish.destination != nil else {
                wishes[pid] = nil
                if try await tracer.untrace(pid) { report(.untraced(pid: pid)) }
                return
            }
            guard traced != nil else { return await trace(pid, reading, wish, found) }
            if wish.leavesSDK != nil, traced?.leavesSDK == nil, await leaves(pid, wish, of: reading.pod) {
                wishes[pid] = nil
                if try await tracer.untrace(pid) { report(.untraced(pid: pid)) }
                return
            }
            guard let outlet = outlet(for: wish, pid) else { return }
            if try await tracer.change(pid, to: wish.options(outlet: outlet)) {
                wishes[pid] = wish
                report(.changed(pid: pid, origin: wish.origin))
            } else {
                wishes[pid] = nil
                again.insert(pid)
            }
        } catch {
            report(.failed(error))
        }
    }

    private func trace(_ pid: Int32, _ reading: Reading, _ wish: ProcessWish, _ found: ProcessFinding) async {
        do throws(TracerError) {
            let tracer = tracer
            let look =
                if let look = found.look { look } else {
                    try await tracer.reading(pid) { () throws(TracerError) in try tracer.look(at: pid) }
                }
            // It may have executed another program since its wish was read, or there is another process by now: it is
            // traced by what was so while it was there.
            guard let image = found.image, look.image.isSame(as: image) else {
                again.insert(pid)
                return
            }
            let candidate = try await tracer.examine(look)
            tell(reading, process: pid)
            if leaves(candidate, wish, of: reading.pod) { return }
            guard let outlet = outlet(for: wish, pid) else { return }
            let isNew = try await tracer.trace(candidate, wish.options(outlet: outlet))
            wishes[pid] = wish
            if isNew { report(.traced(candidate, origin: wish.origin)) }
        } catch {
            if case .executableChanged = error, await hasChanged(pid, since: found) {
                again.insert(pid)
            } else if wish.namesProgram || !error.isNoGoProgram {
                tell(error, of: reading.pod)
            }
        }
    }

    /// Whether a wish is for programs without an SDK of their own, and this one has one.
    private func leaves(_ candidate: TraceCandidate, _ wish: ProcessWish, of pod: PodReference?) -> Bool {
        let refusal = wish.leavesSDK?.refusal(
            hasSDK: candidate.executable.hasTracingSDK, environment: candidate.process.environment)
        guard let refusal else { return false }
        tell(.wish(refusal), of: pod, process: candidate.process.pid)
        return true
    }

    private func leaves(_ pid: Int32, _ wish: ProcessWish, of pod: PodReference?) async -> Bool {
        guard let candidate = try? await tracer.examine(pid) else { return false }
        return leaves(candidate, wish, of: pod)
    }

    private func hasChanged(_ pid: Int32, since found: ProcessFinding) async -> Bool {
        let tracer = tracer
        guard let image = found.image,
            let now = try? await tracer.reading(pid, { () throws(TracerError) in tracer.image(of: pid) })
        else { return false }
        return !now.isSame(as: image)
    }

    private func outlet(for wish: ProcessWish, _ pid: Int32) -> SpanOutlet? {
        guard let destination = wish.destination else { return nil }
        do throws(SpanRouter.Full) {
            return try router.outlet(to: destination, for: wish.pod?.namespace)
        } catch {
            tell(.tooManyDestinations(limit: error.limit), of: wish.pod, process: pid)
            return nil
        }
    }

    private func tell(_ error: TracerError, of pod: PodReference? = nil) {
        // One that isn't there any more isn't missed.
        if Task.isCancelled || error.isEnd { return }
        // All that run one file are refused for one reason.
        var subject = "\(error)"
        if case .executable(let reason, _, let path) = error {
            subject = "\(path): \(reason)"
            if let pod { record(.program(path: path, reason: "\(reason)"), on: pod) }
        }
        tell(.refused(error), once: subject)
    }

    private func tell(_ reading: Reading, process pid: Int32) {
        for problem in reading.problems { tell(problem, of: reading.pod, process: pid) }
    }

    /// Pods show their problems themselves, too.
    /// - Parameter key: of what is told once; nil for each problem of a pod or process.
    private func tell(_ problem: WishProblem, of pod: PodReference?, process pid: Int32, once key: String? = nil) {
        let subject = pod.map { "\($0.namespace)/\($0.name)" } ?? "process \(pid)"
        tell(.problem(problem, subject: subject), once: key ?? "\(pod?.uid ?? String(pid)): \(problem)")
        if let pod { record(problem, on: pod) }
    }

    private func record(_ problem: WishProblem, on pod: PodReference) {
        if let event = problem.event(on: pod) { events?.record(event) }
    }

    private func tell(_ notice: SupervisorNotice, once key: String) {
        if told.count >= Self.known { told = [] }
        if told.insert(key.hashValue).inserted { report(notice) }
    }
}
