import Agent
import BPFRuntime
import CBPF
import Glibc
import Probes
import Spans
import SystemPackage

/// One run of `trace`, from the first message to the summary.
struct TraceSession {
    /// Why it ended.
    enum Ending {
        case signal(Int32)
        case processesEnded
        /// Spans can't be printed any more.
        case outputFailed(Errno)
    }

    let tracer: Tracer
    let printer: SpanPrinter
    private let output: OutputStream
    private let options: OutputOptions

    /// Loads the BPF programs and puts right what a run that was killed left behind.
    init(options: OutputOptions) async throws(CommandFailure) {
        self.options = options
        output = OutputStream(STDOUT_FILENO)
        printer = SpanPrinter(
            output: output, format: options.format, colour: options.colour.applies(to: STDOUT_FILENO))
        do throws(BPFError) {
            tracer = try Tracer(sink: printer, ledger: ArmedLedger())
            Self.report(try await tracer.heal())
        } catch {
            throw CommandFailure(error)
        }
    }

    /// Waits until there is a reason to stop.
    func wait(signals: AsyncStream<Int32>, processes: Int) async -> Ending {
        let (events, failures) = (tracer.processEvents, printer.failures)
        return await withTaskGroup(of: Ending?.self) { group in
            group.addTask { await signals.first { _ in true }.map(Ending.signal) }
            group.addTask { await failures.first { _ in true }.map(Ending.outputFailed) }
            group.addTask { await Self.end(of: processes, events) }
            defer { group.cancelAll() }
            for await ending in group {
                if let ending { return ending }
            }
            return .processesEnded
        }
    }

    private static func end(of processes: Int, _ events: AsyncStream<ns_process_event>) async -> Ending? {
        var running = processes
        for await event in events {
            switch ns_process_event_kind(event.kind) {
            case NS_PROCESS_EXITED: StandardError.print("process \(event.process.tgid) has ended")
            case NS_PROCESS_REPLACED:
                StandardError.print("process \(event.process.tgid) runs another program now, which isn't traced")
            default: continue
            }
            running -= 1
            if running == 0 { return .processesEnded }
        }
        return nil
    }

    /// Disarms, prints what is left and the summary.
    func close(_ ending: Ending?) async throws(CommandFailure) {
        output.giveUpSoon()
        let summary: TraceSummary
        do throws(BPFError) {
            summary = try await tracer.stop()
        } catch {
            throw CommandFailure(error)
        }
        switch options.format {
        case .table: StandardError.print(SummaryText.table(summary))
        case .json: StandardError.print(SummaryText.json(summary))
        }
        // A reader that has seen enough, as `head` has, is no failure.
        if case .outputFailed(let errno) = ending, errno != .brokenPipe {
            throw CommandFailure("can't write spans to standard output: \(errno)")
        }
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
