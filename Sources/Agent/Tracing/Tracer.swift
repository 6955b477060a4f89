package import BPFRuntime
import CBPF
import Glibc
package import Probes
package import Spans
import SystemPackage
package import Workloads

/// Traces processes: arms each executable once, enables each process by its settings, and passes finished spans to a sink.
///
/// Hold `TerminationSignals` as long as one lives.
package actor Tracer {
    /// What the kernel tells of processes, for one reader, who asks `changes(after:)` what each means.
    package nonisolated var notices: AsyncStream<ProcessNotice> { queue.stream }

    struct Traced {
        /// Nil for a program that is to be launched.
        var image: ns_process_image?
        var pid: Int32
        let executable: KnownExecutable
        /// Since when it isn't traced any more but for requests that were in flight then.
        var leavingSince: ContinuousClock.Instant?
        /// Leaving, and nothing was in flight when it was looked at last.
        var isQuiet = false
        /// Nothing is written to it any more.
        var writesAreOff = false
    }

    nonisolated let watch: ProcessWatch
    let programs: TracingPrograms
    /// Whether requests of traced programs carry the trace context of their spans.
    package nonisolated let propagates: Bool
    let binaries: BPFMap<UInt32, ns_binary_facts>
    let contextTypes: BPFMap<ns_context_type_key, ns_context_type>
    let ledger: ArmedLedger
    var armed: [ExecutableIdentity: ArmedEntry] = [:]
    var binarySlots = BinarySlots()
    let processes: BPFMap<ns_process_image, ns_process_settings>
    let counters: BPFMap<UInt32, ns_process_counters>
    let inFlight: InFlightMaps
    let assembler: SpanAssembler
    private nonisolated let queue: ProcessNotices
    /// Whether the kernel tells which inode is behind a mapping.
    let knowsInodes: Bool
    /// Whether the kernel's own numbers of processes are those of the caller's /proc.
    private let isInInitialNamespace: Bool
    package nonisolated let findsRoutes: Bool
    private let quota: ProcessQuota
    var spanReader: RingBufferReader?
    private var eventReader: RingBufferReader?
    let analyses = AnalysisCache()
    /// For what is read of processes and of their files.
    nonisolated let looking = BlockingThreads(name: "looks", limit: 4)
    nonisolated let analysing = BlockingThreads(name: "analyses", limit: 2)
    /// By counters slot.
    var traced: [UInt32: Traced] = [:]
    private var slots = CounterSlots()
    /// What became of the requests of processes that have ended.
    var ended = (books: SpanBooks(), propagation: PropagationSummary())

    /// Loads the BPF programs; nothing is armed yet.
    /// - Parameters:
    ///   - findsRoutes: arm routers, too, for routes that the server doesn't know.
    ///   - propagates: write trace contexts into the requests that traced programs send, where the kernel lets BPF do so.
    ///   - redaction: what spans don't tell.
    ///   - kind: how uprobes must be attached; nil for the best that the kernel has.
    ///   - quota: of each process.
    package init(
        sink: any SpanSink, ledger: ArmedLedger, findsRoutes: Bool = false, propagates: Bool = true,
        redaction: SpanRedaction = .standard, attaching kind: AttachKind? = nil, quota: ProcessQuota = .whole
    ) throws(BPFError) {
        let watch = try ProcessWatch(attaching: kind)
        let programs = try TracingPrograms(.all, writers: propagates ? .writers : nil, sharingMapsOf: watch)
        let assembler = SpanAssembler(
            sink: sink, host: .ofThisMachine(), redaction: redaction, version: nodespanVersion)
        let queue = ProcessNotices()
        processes = try watch.processes()
        counters = try watch.counters()
        binaries = try watch.object.map("binaries")
        contextTypes = try watch.object.map("context_types")
        inFlight = try InFlightMaps(of: watch.object)
        knowsInodes = (try? watch.program(of: getpid())).flatMap { $0 } != nil
        isInInitialNamespace = try watch.image(of: getpid()).map { Int32(bitPattern: $0.tgid) == getpid() } ?? false
        spanReader = try RingBufferReader(
            "spans", of: watch.object, pacing: .spans, onRecord: assembler.take, afterDrain: assembler.flush)
        eventReader = try watch.events {
            queue.add(.event($0))
        } onMiss: {
            queue.add(.missed)
        }
        self.queue = queue
        self.watch = watch
        self.programs = programs
        self.propagates = propagates && programs.mayWrite
        self.ledger = ledger
        self.assembler = assembler
        self.findsRoutes = findsRoutes
        self.quota = quota
        // Loading takes several times what stays, for the kernel's types.
        Heap.trim()
    }

    /// Why trace contexts can't be written into the requests of traced programs, though they were to be.
    package nonisolated var writeObstacle: BPFError? { programs.writeObstacle }

    /// Spans that are read from now on don't tell this.
    package nonisolated func redact(by redaction: SpanRedaction) {
        assembler.redact(by: redaction)
    }

    /// Takes out what an earlier run that was killed left armed.
    package func heal() throws(BPFError) -> Healing {
        try Healing.run(with: watch)
    }

    /// Has the notices tell of execs, too, from now on.
    package func reportExecs(of names: ExecNames) throws(BPFError) {
        try watch.reportExecs(of: names)
    }

    /// Traces a process from its next request on.
    /// - Returns: whether it wasn't traced before.
    package func trace(_ candidate: TraceCandidate, _ options: TracingOptions) async throws(TracerError) -> Bool {
        let (pid, image) = (candidate.process.pid, candidate.image)
        var file: ExecutableFile?
        if !isArmed(candidate.executable) {
            file = try await reading(pid) { () throws(TracerError) in try self.open(pid) }
        }
        if let known = traced.first(where: { $0.value.image?.isSame(as: image) == true }) {
            return try traceAgain(known.value, slot: known.key, options)
        }
        let slot = try newSlot()
        traced[slot] = Traced(image: image, pid: pid, executable: candidate.executable)
        do throws(TracerError) {
            try join(candidate.executable, user: slot, pid: pid, through: file)
            assembler.describe(
                ProcessFacts(of: candidate.process, goVersion: candidate.executable.plan.goVersion), options, of: image,
                slot: slot)
            try enable(image, pid: pid, settings: settings(slot: slot, options))
        } catch {
            try? release(slot)
            throw error
        }
        return true
    }

    func enable(
        _ image: ns_process_image, pid: Int32, settings: ns_process_settings
    ) throws(TracerError) {
        do throws(BPFError) {
            try processes.set(settings, for: image)
        } catch {
            throw .bpf(error)
        }
        do throws(BPFError) {
            // An image that ended before its settings were there had none to be dropped by the kernel's side; one that
            // ended later has had them dropped, and was reported.
            let now = try watch.image(of: pid)
            if let now, now.isSame(as: image) { return }
            guard try processes.remove(image) else { return }
            throw BPFError("trace", on: "process \(pid)", code: now == nil ? ESRCH : ESTALE)
        } catch {
            _ = try? processes.remove(image)
            switch error.code {
            case ESRCH: throw .processEnded(pid)
            case ESTALE: throw .executableChanged("process \(pid)")
            default: throw .bpf(error)
            }
        }
    }

    /// Has the next program that a child of this process executes traced from its first instruction on.
    /// - Parameters:
    ///   - file: the program. Armed for all processes that run it, now or later.
    ///   - plan: made of this file.
    package func awaitLaunch(
        of file: ExecutableFile, by plan: ProbePlan, facts: ProcessFacts, _ options: TracingOptions,
        execsBefore: UInt32 = 0
    ) throws(TracerError) {
        let slot = try newSlot()
        do throws(TracerError) {
            let executable = KnownExecutable(
                state: try state(of: file), path: file.path.string, plan: plan, hasTracingSDK: false)
            traced[slot] = Traced(image: nil, pid: 0, executable: executable)
            try join(executable, user: slot, through: file)
            assembler.describe(facts, options, slot: slot)
            do throws(BPFError) {
                try watch.awaitLaunch(with: settings(slot: slot, options), execsBefore: execsBefore)
            } catch {
                throw .bpf(error)
            }
        } catch {
            try? release(slot)
            throw error
        }
    }

    /// What a notice means. The books of processes that have ended are closed.
    package func changes(after notice: ProcessNotice) throws(BPFError) -> [ProcessChange] {
        var changes: [ProcessChange] = []
        var hasMissed = queue.takeDropped()
        switch notice {
        case .event(let event):
            if let change = try change(by: event) { changes.append(change) }
        case .missed: hasMissed = true
        }
        if hasMissed { changes += try missedEnds() + missedWritesOff() + [.missed] }
        return changes
    }

    private func change(by event: ns_process_event) throws(BPFError) -> ProcessChange? {
        let kind = ns_process_event_kind(event.kind)
        if kind == NS_PROCESS_EXECUTED { return pid(of: event.process).map(ProcessChange.executed) }
        // A process of which the end was noticed otherwise may have left its slot to another.
        guard let process = traced[event.counters_slot], process.image?.isSame(as: event.process) ?? true else {
            return nil
        }
        switch kind {
        case NS_PROCESS_LAUNCHED:
            let pid = pid(of: event.process) ?? 0
            traced[event.counters_slot]?.image = event.process
            traced[event.counters_slot]?.pid = pid
            let running = try? state(of: pid)
            return .launched(isOther: running.map { $0.identity != process.executable.identity } ?? false)
        case NS_PROCESS_WRITES_OFF:
            try stopWriting(to: event.process)
            guard !process.writesAreOff else { return nil }
            traced[event.counters_slot]?.writesAreOff = true
            return .writesOff(pid: process.pid)
        case NS_PROCESS_EXITED:
            try release(event.counters_slot)
            return .ended(pid: process.pid)
        case NS_PROCESS_REPLACED:
            try release(event.counters_slot)
            return .replaced(pid: process.pid, before: process.executable)
        default: return nil
        }
    }

    /// The ends of which no event came.
    private func missedEnds() throws(BPFError) -> [ProcessChange] {
        let present = Set(try processes.keys().map(\.key))
        var changes: [ProcessChange] = []
        for (slot, process) in traced where process.leavingSince == nil {
            guard let image = process.image, !present.contains(image.key) else { continue }
            try release(slot)
            let runsOn =
                try watch.image(of: process.pid).map { $0.start_boottime_ns == image.start_boottime_ns } ?? false
            changes.append(
                runsOn ? .replaced(pid: process.pid, before: process.executable) : .ended(pid: process.pid))
        }
        return changes
    }

    /// The processes of which no event told that nothing is written to them any more.
    private func missedWritesOff() throws(BPFError) -> [ProcessChange] {
        guard propagates else { return [] }
        var changes: [ProcessChange] = []
        for (slot, process) in traced where !process.writesAreOff {
            guard let image = process.image, let settings = try processes.value(of: image), settings.writes == 0 else {
                continue
            }
            traced[slot]?.writesAreOff = true
            changes.append(.writesOff(pid: process.pid))
        }
        return changes
    }

    /// Disables all processes, disarms all executables, reads what is left, and closes the books. Probes that are slow to
    /// take out stay, doing nothing, until this process ends, which it must do next.
    package func stop() throws(BPFError) -> TraceSummary {
        try watch.cancelLaunch()
        _ = try missedWritesOff()
        for image in try processes.keys() { try processes.remove(image) }
        try disarmAll()
        // Reads what is left first.
        spanReader = nil
        assembler.finish()
        eventReader = nil
        return try summary()
    }

    /// What has become of all requests so far, of each process and of all; also after `stop`, while destinations still take
    /// spans.
    package func summary() throws(BPFError) -> TraceSummary {
        var inFlight: [SIMD2<UInt64>: UInt64] = [:]
        for image in try self.inFlight.images() { inFlight[image.key, default: 0] += 1 }
        var summary = TraceSummary()
        summary.propagation = ended.propagation
        for (slot, process) in traced {
            var books = SpanBooks()
            try addBooks(of: process, slot, to: &books, &summary.propagation)
            books.inFlight = process.image.flatMap { inFlight.removeValue(forKey: $0.key) } ?? 0
            books.add(assembler.figures(slot: slot))
            summary.add(books)
            if process.image != nil { summary.processes.append(ProcessSummary(pid: process.pid, books: books)) }
        }
        summary.processes.sort { $0.pid < $1.pid }
        summary.ended = assembler.endedBooks()
        summary.ended.add(ended.books)
        summary.ended.inFlight = inFlight.values.reduce(0, +)
        summary.add(summary.ended)
        assembler.account(in: &summary)
        return summary
    }

    /// Forgets a process that runs no more, or isn't traced after all.
    func release(_ slot: UInt32) throws(BPFError) {
        guard let process = traced.removeValue(forKey: slot) else { return }
        var (books, propagation) = ended
        try addBooks(of: process, slot, to: &books, &propagation)
        ended = (books, propagation)
        assembler.retire(slot: slot, at: spanReader?.written ?? 0)
        leave(process.executable.identity, user: slot)
    }

    private func addBooks(
        of process: Traced, _ slot: UInt32, to books: inout SpanBooks, _ propagation: inout PropagationSummary
    ) throws(BPFError) {
        if process.writesAreOff { propagation.writesOff += 1 }
        guard let counts = try counters.value(of: slot) else { return }
        books.begun += counts.begun
        books.unsampled += counts.unsampled
        books.losses.merge(LossReason.counts(in: counts), uniquingKeysWith: +)
        propagation.add(counts)
    }

    private func newSlot() throws(TracerError) -> UInt32 {
        slots.giveBack(assembler.takeFreeSlots())
        guard let slot = slots.take() else { throw .tooManyProcesses(limit: Int(NS_MAX_PROCESSES)) }
        do throws(BPFError) {
            try counters.set(ns_process_counters(), for: slot)
        } catch {
            slots.giveBack([slot])
            throw .bpf(error)
        }
        return slot
    }

    func settings(slot: UInt32, _ options: TracingOptions) -> ns_process_settings {
        var settings = ns_process_settings()
        settings.counters_slot = slot
        settings.writes = propagates ? 1 : 0
        quota.apply(to: &settings)
        options.sampler.apply(to: &settings)
        options.limits.apply(to: &settings)
        return settings
    }

    /// In the caller's pid namespace; nil when it isn't there, or has ended.
    private func pid(of image: ns_process_image) -> Int32? {
        if isInInitialNamespace { return Int32(bitPattern: image.tgid) }
        let pids = (try? LocalProcess.pids()) ?? []
        return pids.first { (try? watch.image(of: $0)).flatMap { $0 }?.isSame(as: image) == true }
    }
}

extension ns_process_image {
    func isSame(as other: ns_process_image) -> Bool {
        tgid == other.tgid && exec_id == other.exec_id && start_boottime_ns == other.start_boottime_ns
    }

    /// What tells it from all others, to look it up by.
    var key: SIMD2<UInt64> { [UInt64(tgid) << 32 | UInt64(exec_id), start_boottime_ns] }
}
