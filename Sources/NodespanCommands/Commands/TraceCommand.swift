import Agent
import ArgumentParser
import BPFRuntime
import Probes
import Spans
import SystemPackage
import Workloads

/// `nodespan trace`
struct TraceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract: "Trace local Go programs and print their spans as they end.",
        usage: """
            nodespan trace --pid PID ... [options]
            nodespan trace [options] -- CMD [ARG ...]
            """,
        discussion: """
            Running processes are named by --pid; they go on as before when tracing stops, by Ctrl-C or SIGTERM. A \
            program given behind -- is started and traced from its first instruction; its exit status becomes \
            nodespan's (128+N for signal N), its standard output goes to standard error, and under sudo it runs as \
            the user who called sudo.

            Standard output carries spans and nothing else.

            Exit status: that of CMD, where there is one; else 0; 1 when nothing could be traced, or spans could not be \
            written; 2 wrong usage; 3 not permitted (nodespan doctor tells which rights are missing).

            Examples:
              nodespan trace --pid $(pidof prometheus)
              nodespan trace --format json --pid 4242 > spans.jsonl
              nodespan trace --sampler traceidratio --sampler-arg 0.1 -- ./server
            """)

    @Option(
        parsing: .upToNextOption, help: ArgumentHelp("Processes to trace.", valueName: "pid"),
        completion: .processes)
    var pid: [Int32] = []

    @OptionGroup var sampling: SamplerOptions
    @OptionGroup var output: OutputOptions

    @Flag(
        help: """
            Find http.route behind middleware that copies the request, and that of gorilla/mux, gin, chi and echo: one \
            more probe hit per request and router.
            """)
    var routes = false

    @Flag(help: "Under sudo, run CMD as root too.")
    var asRoot = false

    @Argument(
        parsing: .postTerminator, help: "A program to start and trace, with its arguments.", completion: .file())
    var command: [String] = []

    func validate() throws {
        if pid.isEmpty == command.isEmpty {
            throw ValidationError("name what to trace: either --pid PID or -- CMD [ARG ...]")
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
        if command.isEmpty {
            try await traceProcesses(stoppedBy: signals.arrivals)
        } else {
            try await traceProgram(stoppedBy: signals.arrivals)
        }
        // Read up to here: a second Ctrl-C must not end the process while probes are taken out.
        _ = consume signals
    }

    private func traceProcesses(stoppedBy signals: AsyncStream<TerminationSignals.Arrival>) async throws {
        let targets = try TraceTarget.resolve(pids: pid)
        let session = try await TraceSession(options: output, findsRoutes: routes)
        var armed: Set<FileIdentity> = []
        var traced: [TraceTarget] = []
        var status = FailureStatus.failed
        for target in targets {
            do throws(TracerError) {
                if !armed.contains(target.file.identity) {
                    try await session.tracer.arm(target.file, by: target.plan)
                    armed.insert(target.file.identity)
                }
                try await session.tracer.trace(
                    target.process, running: target.file, goVersion: target.plan.goVersion,
                    sampler: sampler(for: target))
                traced.append(target)
            } catch {
                let failure = CommandFailure(error)
                StandardError.print("nodespan: \(failure.message)")
                if failure.status == .notPermitted { status = failure.status }
            }
        }
        if traced.isEmpty {
            _ = try await session.close()
            throw SilentEnding(status: status.rawValue)
        }
        announce(traced)
        await session.wait(signals: signals, processes: traced.count)
        if try await !session.close() { throw SilentEnding(status: FailureStatus.failed.rawValue) }
    }

    private func traceProgram(stoppedBy signals: AsyncStream<TerminationSignals.Arrival>) async throws {
        let program = try ProgramLaunch(command, asRoot: asRoot)
        let session = try await TraceSession(options: output, findsRoutes: routes)
        do throws(TracerError) {
            try await session.tracer.arm(program.file, by: program.plan)
            try await session.tracer.awaitLaunch(
                of: program.facts,
                sampler: sampling.sampler(forEnvironment: program.environment, of: program.path.string))
        } catch {
            _ = try? await session.close()
            throw CommandFailure(error)
        }
        StandardError.print("tracing \(program.path) (\(program.plan.goVersion))")
        let ending = await withTaskGroup(of: Void.self) { group in
            group.addTask { await session.watchLaunch(of: program.file) }
            defer { group.cancelAll() }
            return await program.run(forwarding: signals)
        }
        _ = try await session.close()
        switch ending {
        case .success(let status): throw SilentEnding(status: status)
        case .failure(let failure): throw failure
        }
    }

    private func announce(_ targets: [TraceTarget]) {
        for target in targets {
            for library in target.plan.libraries where library.state == .partial {
                for missing in library.missing {
                    StandardError.print(
                        "process \(target.process.pid): \(library.name): \(missing.consequence) (\(missing.what): "
                            + "\(missing.reason))")
                }
            }
        }
        let names = targets.map { "\($0.process.commandName) (pid \($0.process.pid), \($0.plan.goVersion))" }
        StandardError.print("tracing \(names.joined(separator: ", ")); stop with Ctrl-C")
    }

    private func sampler(for target: TraceTarget) -> Sampler {
        sampling.sampler(forEnvironment: target.process.environment, of: "process \(target.process.pid)")
    }
}
