import Agent
import ArgumentParser
import BPFRuntime
import Glibc
import OTLP
import SystemPackage

/// `nodespan run`
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Trace the Go programs of this machine that the configuration's rules name, until told to stop.",
        discussion: """
            Rules say which processes are traced: by executable, systemd unit, control group, environment variable or \
            port. The first rule that matches decides; a process is traced from its start if it matches then, and no \
            process is restarted or changed. Spans go to the destination that the rule names.

            SIGHUP has the configuration read again: processes are traced, traced in another way or left alone as it \
            says then; one that is wrong changes nothing. SIGTERM and Ctrl-C disarm everything and send what is left.

            Variables go before the file: NODESPAN_SAMPLING_TYPE, NODESPAN_SAMPLING_ARGUMENT, NODESPAN_POLICY_INJECTION, \
            NODESPAN_REDACTION_QUERY.

            Exit status: 0; 1 when another agent runs here, or the kernel lacks what is needed; 2 a wrong configuration; \
            3 not permitted (nodespan doctor tells which rights are missing).

            Examples:
              nodespan run --check --config nodespan.yaml
              nodespan run --config nodespan.yaml
              kill -HUP $(pidof nodespan)
            """)

    @Option(
        help: ArgumentHelp("The configuration.", valueName: "file"), completion: .file(extensions: ["yaml", "yml"]))
    var config = AgentConfiguration.defaultFile

    @Flag(help: "Say what is wrong with the configuration, or print what is in force by it, and end.")
    var check = false

    @Option(help: "How to write what is in force, and the summary at the end.")
    var format: OutputFormat = .table

    func run() async throws {
        let configuration = try read()
        if check { return try print(configuration) }
        let signals = try Self.signals()
        let lock = try Self.lock()
        let session = try await AgentSession(configuration)
        StandardError.print("tracing by \(config); SIGHUP has it read again, Ctrl-C or SIGTERM ends")
        try await session.run(stoppedBy: signals.arrivals) { try? read(reporting: true) }
        let summary = try await session.close()
        StandardError.print(format == .json ? SummaryText.json(summary) : SummaryText.table(summary))
        // Read up to here: a second Ctrl-C must not end the process while probes are taken out.
        _ = consume signals
        _ = consume lock
    }

    private static func signals() throws(CommandFailure) -> TerminationSignals {
        do throws(BPFError) {
            return try TerminationSignals.hold()
        } catch {
            throw CommandFailure(error)
        }
    }

    private static func lock() throws(CommandFailure) -> AgentLock {
        do throws(BPFError) {
            return try AgentLock()
        } catch {
            if error.code == EWOULDBLOCK {
                throw CommandFailure("another nodespan run is at work here, and one traces all (\(error.subject))")
            }
            throw CommandFailure(error)
        }
    }

    private func read(reporting: Bool = false) throws(CommandFailure) -> AgentConfiguration {
        do throws(ConfigurationError) {
            return try AgentConfiguration.read(file: FilePath(config), environment: OwnEnvironment.variables)
        } catch {
            if reporting { StandardError.print("\(error)\nnodespan: the configuration stays as it was") }
            throw CommandFailure("\(error)", status: .usage)
        }
    }

    private func print(_ configuration: AgentConfiguration) throws {
        let document = EffectiveConfiguration(configuration)
        switch format {
        case .json: try StandardOutput.print(json: document)
        case .table:
            for (key, origin) in configuration.origins.sorted(by: { $0.key < $1.key }) {
                StandardError.print("\(key): from \(origin)")
            }
            try StandardOutput.print(String(document.yaml().drop { $0.isNewline }))
        }
    }
}
