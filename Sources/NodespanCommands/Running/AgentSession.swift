import Agent
import BPFRuntime
import Glibc
import OTLP

/// One run of the agent, from loading the BPF programs to the summary.
final class AgentSession: Sendable {
    private let tracer: Tracer
    private let router: SpanRouter
    private let supervisor: NodeSupervisor

    /// Loads the BPF programs and puts right what a run that was killed left behind.
    init(_ configuration: AgentConfiguration) async throws(CommandFailure) {
        let attachment = try WantedAttachment()
        router = SpanRouter(makeExporter: Self.exporter)
        do throws(BPFError) {
            tracer = try Tracer(
                sink: router, ledger: ArmedLedger(), propagates: configuration.injection == .auto,
                redaction: configuration.redaction, attaching: attachment.kind)
            if let obstacle = tracer.writeObstacle { StartMessages.print(obstacle) }
            StartMessages.print(try await tracer.heal())
        } catch {
            throw attachment.failure(error)
        }
        supervisor = NodeSupervisor(
            tracer: tracer, configuration: configuration, router: router, report: SupervisorMessages.print)
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
            group.addTask {
                for await signal in signals {
                    guard signal.number == SIGHUP else { return }
                    if let configuration = reload() {
                        await self.supervisor.apply(configuration)
                        StandardError.print("the configuration was read again")
                    }
                }
            }
            try await group.next()
            group.cancelAll()
        }
    }

    /// Disarms, exports what is left, and tells what became of all spans.
    func close() async throws(CommandFailure) -> TraceSummary {
        var summary: TraceSummary
        do throws(BPFError) {
            summary = try await tracer.stop()
        } catch {
            throw CommandFailure(error)
        }
        summary.destinations = await router.summaries()
        return summary
    }

    private static func exporter(of destination: DestinationSetting) -> SpanRouter.Exporter {
        let transport = HTTPTransport(
            endpoint: destination.endpoint, headers: destination.headers, userAgent: "nodespan/\(nodespanVersion)")
        let exporter = SpanRouter.Exporter(
            endpoint: destination.endpoint, transport: transport, clock: ContinuousClock()
        ) { notice in
            StandardError.print(DestinationText.message(notice, endpoint: destination.endpoint.url))
        }
        Task { await exporter.run() }
        return exporter
    }
}
