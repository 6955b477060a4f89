import Agent
import BPFRuntime
import Glibc
import OTLP
import Spans
import SystemPackage

/// One run of `trace`, from the first message to the summary.
struct TraceSession {
    let tracer: Tracer
    let printer: SpanPrinter
    private let exporters: [SpanExporter<ContinuousClock>]
    private let output: OutputStream
    private let options: OutputOptions
    /// What all resources say whatever the processes say.
    let overrides: ResourceOverrides

    /// Loads the BPF programs and puts right what a run that was killed left behind.
    /// - Parameter exporters: whose `run` is running.
    init(
        options: OutputOptions, findsRoutes: Bool, injection: Injection, resource: ResourceOptions,
        redaction: RedactionOptions, exporters: [SpanExporter<ContinuousClock>]
    ) async throws(CommandFailure) {
        self.exporters = exporters
        self.options = options
        overrides = resource.overrides()
        output = OutputStream(STDOUT_FILENO)
        printer = SpanPrinter(
            output: output, format: options.format, colour: options.colour.applies(to: STDOUT_FILENO))
        let attachment = try WantedAttachment()
        do throws(BPFError) {
            tracer = try Tracer(
                sink: SpanOutlets(printer: printer, exporters: exporters), ledger: ArmedLedger(),
                findsRoutes: findsRoutes, propagates: injection == .auto, redaction: redaction.redaction,
                attaching: attachment.kind)
            if let obstacle = tracer.writeObstacle { StartMessages.print(obstacle) }
            StartMessages.print(try await tracer.heal())
        } catch {
            throw attachment.failure(error)
        }
    }

    /// Follows what becomes of processes until there is a reason to stop: a signal, `follow` has seen enough, or spans can't
    /// be printed.
    /// - Parameter follow: returns whether to go on.
    func run(
        stoppedBy signals: AsyncStream<TerminationSignals.Arrival>,
        following follow: @escaping @Sendable (ProcessChange) async -> Bool
    ) async {
        let failures = printer.failures
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                guard let signal = await signals.first(where: { _ in true }), signal.isFromTerminal else { return }
                // Behind the terminal's "^C".
                StandardError.print("")
            }
            group.addTask { for await _ in failures { return } }
            group.addTask { await self.tracer.lookAfterArmed() }
            group.addTask { await self.follow(follow) }
            await group.next()
            group.cancelAll()
        }
    }

    /// Follows what becomes of processes, until cancelled or `follow` has seen enough.
    func follow(_ follow: (ProcessChange) async -> Bool) async {
        for await notice in tracer.notices {
            do throws(BPFError) {
                for change in try await tracer.changes(after: notice) {
                    if case .writesOff(let pid) = change { StandardError.print(TracingMessages.writesOff(pid)) }
                    if await !follow(change) { return }
                }
            } catch {
                StandardError.print("nodespan: \(error)")
            }
        }
    }

    /// Disarms, prints and exports what is left, and prints the summary last. Returns whether all spans could be printed; a
    /// reader that has seen enough, as `head` has, is no failure.
    func close() async throws(CommandFailure) -> Bool {
        output.comeToAnEnd()
        var summary: TraceSummary
        do throws(BPFError) {
            summary = try await tracer.stop()
        } catch {
            throw CommandFailure(error)
        }
        // Each has a while of its own for what is left.
        for exporter in exporters { exporter.close() }
        for exporter in exporters { summary.destinations.append(await exporter.finish()) }
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
}
