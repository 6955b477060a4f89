import Agent
import ArgumentParser
import BPFRuntime
import Glibc
import OTLP
import SystemPackage
import Workloads

/// `nodespan run`
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Trace the Go programs of this machine that its pods, or the configuration's rules, want traced.",
        discussion: """
            On a node of a Kubernetes cluster, pods ask to be traced by the annotations of the OpenTelemetry Operator, \
            instrumentation.opentelemetry.io/inject-go and inject-sdk, which name an Instrumentation resource: it says how \
            traces are sampled, what is known of the service and where spans go. In a pod, nodespan finds the API server by \
            itself.

            For processes of no pod, rules say which processes are traced: by executable, systemd unit, control group, environment variable or \
            port. The first rule that matches decides; a process is traced from its start if it matches then, and no \
            process is restarted or changed. Spans go to the destination that the rule names. A rule can also name an \
            Instrumentation resource in a file, FILE or FILE#NAME, which holds for its processes as for those of a pod.

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
        help: ArgumentHelp(
            "The configuration; without it, \(AgentConfiguration.defaultFile), which a node of a cluster needn't have.",
            valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"]))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "How to reach the API server, where nodespan is no pod of the cluster.", valueName: "file"),
        completion: .file())
    var kubeconfig: String?

    @Option(
        help: ArgumentHelp("The name that this node has in the cluster; else NODE_NAME says it.", valueName: "name"))
    var nodeName: String?

    @Flag(help: "Say what is wrong with the configuration, or print what is in force by it, and end.")
    var check = false

    @Option(help: "How to write what is in force, and the summary at the end.")
    var format: OutputFormat = .table

    func run() async throws {
        let configuration = try read()
        if check { return try print(configuration) }
        let signals = try Self.signals()
        let lock = try Self.lock()
        let session = try await AgentSession(configuration, access: try clusterAccess(), node: nodeName)
        StandardError.print("tracing by \(file); SIGHUP has it read again, Ctrl-C or SIGTERM ends")
        // Whatever ends it, what is armed is disarmed.
        var failure: (any Error)?
        do {
            try await session.run(stoppedBy: signals.arrivals) { try? read(reporting: true) }
        } catch {
            failure = error
        }
        let summary = try await session.close()
        StandardError.print(
            format == .json ? SummaryText.json(summary, hasProcesses: true) : SummaryText.table(summary))
        // Read up to here: a second Ctrl-C must not end the process while probes are taken out.
        _ = consume signals
        _ = consume lock
        if let failure { throw failure }
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

    /// The way to the API server; nil on a machine that is no node of a cluster.
    private func clusterAccess() throws(CommandFailure) -> ClusterAccess? {
        guard let kubeconfig else { return ClusterAccess.inCluster(environment: OwnEnvironment.variables) }
        do throws(ClusterAccessError) {
            return try ClusterAccess.kubeconfig(kubeconfig)
        } catch {
            throw CommandFailure("--kubeconfig: \(error)", status: .usage)
        }
    }

    private var file: String { config ?? AgentConfiguration.defaultFile }

    private func read(reporting: Bool = false) throws(CommandFailure) -> AgentConfiguration {
        let environment = OwnEnvironment.variables
        // Pods say themselves what they want.
        let isNode = try clusterAccess() != nil
        let isNeeded = config != nil || !isNode || access(file, F_OK) == 0
        do throws(ConfigurationError) {
            if isNeeded { return try AgentConfiguration.read(file: FilePath(file), environment: environment) }
            return try AgentConfiguration.read("apiVersion: nodespan/v1", file: file, environment: environment)
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
