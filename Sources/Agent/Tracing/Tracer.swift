package import BPFRuntime
package import CBPF
import Glibc
package import Probes
package import Spans
import SystemPackage
package import Workloads

/// Traces processes: arms each executable once, enables each process by its settings, and passes finished spans to a sink.
///
/// Hold `TerminationSignals` as long as one lives.
package actor Tracer {
    /// Ends of traced processes and the start of the launched one. For one reader; events beyond 1,024 unread are dropped.
    package nonisolated let processEvents: AsyncStream<ns_process_event>

    private let watch: ProcessWatch
    private let httpServer: BPFObject
    private let processes: BPFMap<ns_process_image, ns_process_settings>
    private let counters: BPFMap<UInt32, ns_process_counters>
    private let binaries: BPFMap<UInt32, ns_binary_facts>
    private let inFlight: BPFMap<ns_goroutine, ns_http_in_flight>
    private let ledger: ArmedLedger
    private let assembler: SpanAssembler
    private let findsRoutes: Bool
    private var spanReader: RingBufferReader?
    private var eventReader: RingBufferReader?
    private var armed: [Armed] = []
    /// Counters slots given out.
    private var slots: UInt32 = 0

    /// An array can't hold noncopyable values. Dropping one disarms it.
    private final class Armed: Sendable {
        let executable: ArmedExecutable
        init(_ executable: consuming ArmedExecutable) { self.executable = executable }
    }

    /// Loads the BPF programs; nothing is armed yet.
    /// - Parameters:
    ///   - findsRoutes: arm routers, too, for routes that the server doesn't know.
    ///   - overrides: what the spans' resources say whatever the processes say.
    package init(
        sink: any SpanSink, ledger: ArmedLedger, findsRoutes: Bool = false, overrides: ResourceOverrides = .none
    ) throws(BPFError) {
        let watch = try ProcessWatch()
        let httpServer = try BPFObject(ns_image_http_server(), name: "http_server", sharingMapsOf: watch.object)
        let assembler = SpanAssembler(
            sink: sink, host: .ofThisMachine(), overrides: overrides, version: nodespanVersion)
        let (stream, continuation) = AsyncStream.makeStream(
            of: ns_process_event.self, bufferingPolicy: .bufferingOldest(Int(NS_MAX_PROCESSES)))
        processes = try watch.processes()
        counters = try watch.counters()
        binaries = try httpServer.map("binaries")
        inFlight = try httpServer.map("http_in_flight")
        spanReader = try RingBufferReader(
            "spans", of: watch.object, pacing: .spans, onRecord: assembler.take, afterDrain: assembler.flush)
        eventReader = try watch.events { continuation.yield($0) }
        processEvents = stream
        self.watch = watch
        self.httpServer = httpServer
        self.ledger = ledger
        self.assembler = assembler
        self.findsRoutes = findsRoutes
    }

    /// Takes out what an earlier run that was killed left armed.
    package func heal() throws(BPFError) -> Healing {
        try Healing.run(with: watch)
    }

    /// Arms an executable for all processes that run it, now or later; which of them are traced, their settings say.
    /// - Parameter plan: made of this file.
    package func arm(_ file: ExecutableFile, by plan: ProbePlan) throws(TracerError) {
        guard armed.count < Int(NS_MAX_BINARIES) else {
            throw .tooManyExecutables(limit: Int(NS_MAX_BINARIES))
        }
        guard file.isUnchanged else { throw .executableChanged(file.path.string) }
        let slot = UInt32(armed.count)
        do throws(BPFError) {
            try binaries.set(plan.facts, for: slot)
            let points = plan.attachPoints + (findsRoutes ? plan.routeAttachPoints : [])
            let sites = points.map {
                ProbeSite(
                    program: $0.program, offset: $0.fileOffset, cookie: UInt64($0.variant) << 32 | UInt64(slot))
            }
            armed.append(
                Armed(try ArmedExecutable(file.handle.string, sites: sites, of: httpServer, ledger: ledger)))
        } catch {
            throw .bpf(BPFError(error.operation, on: file.path.string, code: error.code, log: error.log))
        }
    }

    /// Traces a running process from its next request on.
    /// - Parameter file: what it runs, armed.
    package func trace(
        _ process: LocalProcess, running file: ExecutableFile, goVersion: String, sampler: Sampler
    ) throws(TracerError) {
        let slot = try newSlot()
        var isSameProgram = true
        assembler.describe(ProcessFacts(of: process, goVersion: goVersion), slot: slot)
        do throws(BPFError) {
            guard let image = try watch.image(of: process.pid) else { throw endedEarly(process) }
            isSameProgram = process.runs(file)
            guard isSameProgram else { throw endedEarly(process) }
            try processes.set(settings(slot: slot, sampler), for: image)
            // An image that ended before its settings were there had none to be dropped by the kernel's side; one that
            // ended later has had them dropped, and was reported.
            let isGone = try watch.image(of: process.pid).map { !$0.isSame(as: image) } ?? true
            if isGone, try processes.remove(image) { throw endedEarly(process) }
        } catch {
            if !isSameProgram { throw .executableChanged("process \(process.pid)") }
            throw error.code == ESRCH ? .processEnded(process.pid) : .bpf(error)
        }
    }

    private func endedEarly(_ process: LocalProcess) -> BPFError {
        BPFError("trace", on: "process \(process.pid)", code: ESRCH)
    }

    /// Has the next program that a child of this process executes traced from its first instruction on.
    package func awaitLaunch(of facts: ProcessFacts, sampler: Sampler) throws(TracerError) {
        let slot = try newSlot()
        assembler.describe(facts, slot: slot)
        do throws(BPFError) {
            try watch.awaitLaunch(with: settings(slot: slot, sampler))
        } catch {
            throw .bpf(error)
        }
    }

    /// Disables all processes, disarms all executables, reads what is left, and closes the books.
    package func stop() throws(BPFError) -> TraceSummary {
        try watch.cancelLaunch()
        for image in try processes.keys() { try processes.remove(image) }
        armed.removeAll()
        // Reads what is left first.
        spanReader = nil
        assembler.finish()
        eventReader = nil
        return try summary()
    }

    private func summary() throws(BPFError) -> TraceSummary {
        var summary = TraceSummary()
        for slot in 0..<slots {
            guard let counts = try counters.value(of: slot) else { continue }
            summary.begun += counts.begun
            summary.unsampled += counts.unsampled
            for (reason, count) in LossReason.counts(in: counts) { summary.add(count, to: reason) }
        }
        summary.inFlight = UInt64(try inFlight.count())
        assembler.account(in: &summary)
        return summary
    }

    private func newSlot() throws(TracerError) -> UInt32 {
        guard slots < UInt32(NS_MAX_PROCESSES) else { throw .tooManyProcesses(limit: Int(NS_MAX_PROCESSES)) }
        defer { slots += 1 }
        return slots
    }

    private func settings(slot: UInt32, _ sampler: Sampler) -> ns_process_settings {
        var settings = ns_process_settings()
        settings.counters_slot = slot
        sampler.apply(to: &settings)
        return settings
    }
}

extension ns_process_image {
    fileprivate func isSame(as other: ns_process_image) -> Bool {
        tgid == other.tgid && exec_id == other.exec_id && start_boottime_ns == other.start_boottime_ns
    }
}
