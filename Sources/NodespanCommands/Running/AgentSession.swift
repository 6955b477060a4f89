import Agent
import BPFRuntime
import Glibc
import OTLP
import Spans
import SystemPackage
import Workloads

/// One run of the agent, from loading the BPF programs to the summary.
final class AgentSession: Sendable {
    private let tracer: Tracer
    private let router: SpanRouter
    private let supervisor: NodeSupervisor
    private let cluster: ClusterState?
    private let events: EventRecorder?
    private let configuration: AgentConfiguration
    private let server: APIServer?

    /// Loads the BPF programs and puts right what a run that was killed left behind.
    /// - Parameters:
    ///   - access: to the API server; nil on a machine that is no node of a cluster.
    ///   - node: its name there; nil for what NODE_NAME says.
    init(
        _ configuration: AgentConfiguration, access: ClusterAccess?, node: String?
    ) async throws(CommandFailure) {
        let node = node ?? OwnEnvironment.variables["NODE_NAME"] ?? ""
        if access != nil, node.isEmpty {
            throw CommandFailure(
                "which node of the cluster is this? NODE_NAME is to say it (in a pod's manifest: fieldRef spec.nodeName), or "
                    + "--node-name", status: .usage)
        }
        self.configuration = configuration
        server = access.map { APIServer($0, userAgent: "nodespan/\(nodespanVersion)") }
        cluster = server.map { ClusterState($0, node: node, report: SupervisorMessages.print) }
        events = server.map { EventRecorder($0, node: node, report: SupervisorMessages.print) }
        let attachment = try WantedAttachment()
        let (limits, spool) = (configuration.export.limits, try Self.spool(configuration.export.spool))
        router = SpanRouter { Self.exporter(of: $0, limits, spool) }
        do throws(BPFError) {
            tracer = try Tracer(
                sink: router, ledger: ArmedLedger(), propagates: configuration.injection == .auto,
                redaction: configuration.redaction, attaching: attachment.kind, quota: .shared)
            if let obstacle = tracer.writeObstacle { StartMessages.print(obstacle) }
            StartMessages.print(try await tracer.heal())
        } catch {
            throw attachment.failure(error)
        }
        supervisor = NodeSupervisor(
            tracer: tracer, configuration: configuration, router: router, cluster: cluster, events: events,
            samplers: RemoteSamplers(userAgent: "nodespan/\(nodespanVersion)") { notice in
                StandardError.print(TerminalText("\(notice)").text)
            }
        ) { [tracer] notice in
            SupervisorMessages.print(notice, tracedBy: tracer)
        }
    }

    /// Until a signal other than SIGHUP comes.
    /// - Parameter reload: reads the configuration again; nil when it is wrong.
    func run(
        stoppedBy signals: AsyncStream<TerminationSignals.Arrival>,
        reloading reload: @escaping @Sendable () -> AgentConfiguration?
    ) async throws {
        try await withThrowingTaskGroup { group in
            group.addTask {
                do throws(BPFError) {
                    try await self.supervisor.run()
                } catch {
                    throw CommandFailure(error)
                }
            }
            if let cluster = self.cluster { group.addTask { await cluster.run() } }
            if let events = self.events { group.addTask { await events.run() } }
            let configuration = configuration
            group.addTask {
                await withDiscardingTaskGroup { reloads in
                    for await signal in signals {
                        guard signal.number == SIGHUP else { break }
                        // Beside it, a signal to end is heard.
                        reloads.addTask { await self.obey(reload(), insteadOf: configuration) }
                    }
                    reloads.cancelAll()
                }
            }
            try await group.next()
            group.cancelAll()
        }
    }

    private func obey(_ new: AgentConfiguration?, insteadOf old: AgentConfiguration) async {
        guard let new else { return }
        tracer.redact(by: new.redaction)
        await supervisor.apply(new)
        StandardError.print("the configuration was read again")
        if new.injection != old.injection || new.export != old.export {
            StandardError.print("policy.injection and export hold from the next start on")
        }
        let files = Set(old.destinations.compactMap(\.target.file))
        let changed = new.destinations.compactMap(\.target.file).filter { file in
            files.contains { $0.path == file.path && $0 != file }
        }
        for file in changed { StandardError.print("\(file.path): size and kept hold from the next start on") }
    }

    /// Disarms, exports what is left, and tells what became of all spans.
    func close() async throws(CommandFailure) -> TraceSummary {
        var summary: TraceSummary
        do throws(BPFError) {
            _ = try await tracer.stop()
            let destinations = await router.summaries()
            // Only now it is known what became of all spans.
            summary = try await tracer.summary()
            summary.destinations = destinations
        } catch {
            throw CommandFailure(error)
        }
        await server?.shutdown()
        if let text = events.flatMap({ SupervisorMessages.text($0.losses) }) { StandardError.print(text) }
        return summary
    }

    private static func spool(_ setting: ExportSettings.Spool?) throws(CommandFailure) -> Spool? {
        guard let setting else { return nil }
        do throws(Errno) {
            let spool = try Spool(path: setting.directory, bytes: setting.bytes, unixTime: time(nil))
            if spool.expired > 0 {
                StandardError.print(
                    "\(setting.directory): \(spool.expired) spans of an earlier run were removed: no destination had taken them "
                        + "for a week")
            }
            return spool
        } catch {
            throw CommandFailure(
                "export.spool.directory: \(setting.directory): \(error); it is to be missing, empty or what nodespan has "
                    + "made, with mode 0700 and of the user that nodespan runs as")
        }
    }

    private static func exporter(
        of destination: DestinationSetting, _ limits: ExportLimits, _ spool: Spool?
    ) -> SpanRouter.Exporter {
        let judge: (@Sendable (String) -> String?)? = destination.policy.map { policy in
            { @Sendable address in policy.refusal(of: address) }
        }
        let target = destination.target
        var limits = limits
        if let receiver = target.receiver { limits.attempt = receiver.attemptLimit }
        let exporter = SpanRouter.Exporter(
            place: target.place, encoder: target.makeEncoder(),
            transport: target.makeTransport(userAgent: "nodespan/\(nodespanVersion)", judge: judge),
            clock: ContinuousClock(), limits: limits,
            spool: destination.spoolIdentity.flatMap { spool?.folder(for: $0) }
        ) { notice in
            StandardError.print(DestinationText.message(notice, endpoint: target.place))
        }
        Task { await exporter.run() }
        return exporter
    }
}
