import ArgumentParser
import BPFRuntime
import OTLP
import Workloads

/// How trace contexts get into the requests of traced programs.
enum Injection: String, ExpressibleByArgument, CaseIterable {
    /// Written into the program's own buffer, where the kernel allows it.
    case auto
    case none
}

/// `nodespan trace`
struct TraceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract: "Trace local Go programs and print their spans as they end.",
        usage: """
            nodespan trace --pid PID ... [options]
            nodespan trace --exe GLOB ... [options]
            nodespan trace [options] -- CMD [ARG ...]
            """,
        discussion: """
            Running processes are named by --pid; they go on as before when tracing stops, by Ctrl-C or SIGTERM. With \
            --exe, every process is traced whose executable matches, those that run and those that start later. A \
            program given behind -- is started and traced from its first instruction; its exit status becomes \
            nodespan's (128+N for signal N), its standard output goes to standard error, and under sudo it runs as \
            the user who called sudo.

            A GLOB is matched against the path that /proc/PID/exe shows, or, without a slash in it, against the last \
            component of that path. *, ? and [...] mean what they do to fnmatch(3), and match a slash, too. Quote it, so \
            that the shell leaves it alone.

            Standard output carries spans and nothing else.

            Exit status: that of CMD, where there is one; else 0; 1 when nothing could be traced, or spans could not be \
            written; 2 wrong usage; 3 not permitted (nodespan doctor tells which rights are missing).

            Examples:
              nodespan trace --pid $(pidof prometheus)
              nodespan trace --exe 'prometheus*' '/opt/shop/*/server'
              nodespan trace --format json --pid 4242 > spans.jsonl
              nodespan trace --otlp http://localhost:4318 --pid 4242
              nodespan trace --otlp https://collector:4317 --otlp-certificate ca.crt --file spans.jsonl -- ./server
              nodespan trace --sampler traceidratio --sampler-arg 0.1 -- ./server
            """)

    @Option(
        parsing: .upToNextOption, help: ArgumentHelp("Processes to trace.", valueName: "pid"),
        completion: .processes)
    var pid: [Int32] = []

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Executables to trace, running now or started later.", valueName: "glob"),
        completion: .file())
    var exe: [String] = []

    @OptionGroup var sampling: SamplerOptions
    @OptionGroup var resource: ResourceOptions
    @OptionGroup var redaction: RedactionOptions
    @OptionGroup var export: ExportOptions
    @OptionGroup var output: OutputOptions

    @Flag(
        help: """
            Find http.route behind middleware that copies the request, and that of gorilla/mux, gin, chi and echo: one \
            more probe hit per request and router.
            """)
    var routes = false

    @Option(
        help: ArgumentHelp(
            "Whether programs pass trace contexts on to those that they call: auto or none.",
            discussion:
                "auto writes a traceparent header into the program's own buffer, where the kernel lets BPF do so "
                + "(not under lockdown, as with Secure Boot) and the program has set none itself.",
            valueName: "how"))
    var injection = Injection.auto

    @Flag(help: "Under sudo, run CMD as root too.")
    var asRoot = false

    @Argument(
        parsing: .postTerminator, help: "A program to start and trace, with its arguments.", completion: .file())
    var command: [String] = []

    func validate() throws {
        if [pid.isEmpty, exe.isEmpty, command.isEmpty].count(where: { !$0 }) != 1 {
            throw ValidationError("name what to trace: either --pid PID, or --exe GLOB, or -- CMD [ARG ...]")
        }
        if exe.contains(where: { ExecutablePattern($0) == nil }) {
            throw ValidationError("an empty GLOB matches nothing")
        }
        if let wrong = pid.first(where: { $0 <= 0 }) { throw ValidationError("\(wrong) is not a process id") }
    }

    func run() async throws {
        let signals: TerminationSignals
        do throws(BPFError) {
            signals = try TerminationSignals.hold()
        } catch {
            throw CommandFailure(error)
        }
        // Its threads start here, with the signals held.
        let exporters = try export.exporters()
        try await withThrowingDiscardingTaskGroup { group in
            for exporter in exporters { group.addTask { await exporter.run() } }
            defer { for exporter in exporters { exporter.close() } }
            try await trace(stoppedBy: signals.arrivals, exportingBy: exporters)
        }
        // Read up to here: a second Ctrl-C must not end the process while probes are taken out.
        _ = consume signals
    }

    /// Which way in the command line names.
    private func trace(
        stoppedBy signals: AsyncStream<TerminationSignals.Arrival>,
        exportingBy exporters: [SpanExporter<ContinuousClock>]
    ) async throws {
        if !command.isEmpty {
            let program = try ProgramLaunch(command, asRoot: asRoot)
            try await LaunchTracing(session: session(exporters), sampling: sampling, program: program)
                .run(stoppedBy: signals)
        } else if !exe.isEmpty {
            let patterns = exe.compactMap(ExecutablePattern.init)
            try await ExecutableTracing(session: session(exporters), sampling: sampling, patterns: patterns)
                .run(stoppedBy: signals)
        } else {
            try await ProcessTracing(session: session(exporters), sampling: sampling).run(pid, stoppedBy: signals)
        }
    }

    private func session(_ exporters: [SpanExporter<ContinuousClock>]) async throws(CommandFailure) -> TraceSession {
        try await TraceSession(
            options: output, findsRoutes: routes, injection: injection, resource: resource, redaction: redaction,
            exporters: exporters)
    }
}
