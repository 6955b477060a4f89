import Agent
import BPFRuntime
import CBPF
import Glibc
import OTLP
import Probes
import Spans
import SystemPackage
import Workloads

/// One run of `trace`, from the first message to the summary.
struct TraceSession {
    let tracer: Tracer
    let printer: SpanPrinter
    private let exporter: SpanExporter<ContinuousClock>?
    private let output: OutputStream
    private let options: OutputOptions

    /// Loads the BPF programs and puts right what a run that was killed left behind.
    /// - Parameter exporter: whose `run` is running.
    init(
        options: OutputOptions, findsRoutes: Bool, resource: ResourceOptions,
        exporter: SpanExporter<ContinuousClock>?
    ) async throws(CommandFailure) {
        self.exporter = exporter
        self.options = options
        output = OutputStream(STDOUT_FILENO)
        printer = SpanPrinter(
            output: output, format: options.format, colour: options.colour.applies(to: STDOUT_FILENO))
        do throws(BPFError) {
            tracer = try Tracer(
                sink: SpanOutlets(printer: printer, exporter: exporter), ledger: ArmedLedger(),
                findsRoutes: findsRoutes, overrides: resource.overrides())
            Self.report(try await tracer.heal())
        } catch {
            throw CommandFailure(error)
        }
    }

    /// Waits until there is a reason to stop: a signal, the end of all traced processes, or spans can't be printed.
    func wait(signals: AsyncStream<TerminationSignals.Arrival>, processes: Int) async {
        let (events, failures) = (tracer.processEvents, printer.failures)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                guard let signal = await signals.first(where: { _ in true }), signal.isFromTerminal else { return }
                // Behind the terminal's "^C".
                StandardError.print("")
            }
            group.addTask { for await _ in failures { return } }
            group.addTask {
                var running = processes
                for await event in events where Self.reportEnd(event) {
                    running -= 1
                    if running == 0 { return }
                }
            }
            await group.next()
            group.cancelAll()
        }
    }

    /// Says what becomes of the program that was launched, until cancelled.
    func watchLaunch(of file: ExecutableFile) async {
        for await event in tracer.processEvents {
            if ns_process_event_kind(event.kind) == NS_PROCESS_LAUNCHED {
                let running = try? FileIdentity(path: FilePath("/proc/\(event.process.tgid)/exe"))
                guard let running, running != file.identity else { continue }
                StandardError.print("\(file.path) was replaced before it was started; what runs isn't traced")
            } else if ns_process_event_kind(event.kind) == NS_PROCESS_REPLACED {
                _ = Self.reportEnd(event)
            }
        }
    }

    /// Whether it is the end of a traced program.
    private static func reportEnd(_ event: ns_process_event) -> Bool {
        switch ns_process_event_kind(event.kind) {
        case NS_PROCESS_EXITED: StandardError.print("process \(event.process.tgid) has ended")
        case NS_PROCESS_REPLACED:
            StandardError.print("process \(event.process.tgid) has executed another program, which isn't traced")
        default: return false
        }
        return true
    }

    /// Disarms, prints and exports what is left, and prints the summary last. Returns whether all spans could be printed; a reader that has seen
    /// enough, as `head` has, is no failure.
    func close() async throws(CommandFailure) -> Bool {
        output.comeToAnEnd()
        var summary: TraceSummary
        do throws(BPFError) {
            summary = try await tracer.stop()
        } catch {
            throw CommandFailure(error)
        }
        if let exporter { summary.destinations = [await exporter.finish()] }
        let failure = printer.failure.flatMap { $0 == .brokenPipe ? nil : $0 }
        if let failure {
            let reason = failure == .timedOut ? "nobody reads it" : "\(failure)"
            StandardError.print("nodespan: can't write spans to standard output: \(reason)")
        }
        switch options.format {
        case .table: StandardError.print(SummaryText.table(summary))
        case .json: StandardError.print(SummaryText.json(summary))
        }
        return failure == nil
    }

    private static func report(_ healing: Healing) {
        for finding in healing.healed {
            StandardError.print(
                "healed \(finding.path): \(finding.offsets.count) breakpoints that a killed nodespan had left in "
                    + "processes \(finding.processes.map(String.init).joined(separator: ", "))")
        }
        for finding in healing.remaining {
            StandardError.print(
                "breakpoints that a killed nodespan had left in \(finding.path) can't be told from those of another "
                    + "tracer, and stay until the next start")
        }
        for path in healing.unreadable { StandardError.print("\(path) is no record of armed probes; left alone") }
    }
}
