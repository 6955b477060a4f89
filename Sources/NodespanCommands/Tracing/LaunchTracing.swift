import Agent
import BPFRuntime
import Probes
import Spans
import SystemPackage

/// `trace -- CMD`: a program from its first instruction to its end.
struct LaunchTracing {
    let session: TraceSession
    let sampling: SamplerOptions
    let program: ProgramLaunch

    func run(stoppedBy signals: AsyncStream<TerminationSignals.Arrival>) async throws {
        _ = SpanLimits(environment: program.environment) { StandardError.print("\(program.path): \($0)") }
        do throws(TracerError) {
            try await session.tracer.awaitLaunch(
                of: program.file, by: program.plan, facts: program.facts,
                TracingOptions(
                    sampler: sampling.sampler(forEnvironment: program.environment, of: program.path.string),
                    resource: session.overrides),
                execsBefore: program.execsBefore)
        } catch {
            _ = try? await session.close()
            throw CommandFailure(error)
        }
        StandardError.print("tracing \(program.path) (\(program.plan.goVersion))")
        let ending = await program.run(forwarding: signals) {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await session.tracer.lookAfterArmed() }
                await session.follow { change in
                    await follow(change)
                    return true
                }
                group.cancelAll()
            }
        }
        _ = try await session.close()
        switch ending {
        case .success(let status): throw SilentEnding(status: status)
        case .failure(let failure): throw failure
        }
    }

    private func follow(_ change: ProcessChange) async {
        switch change {
        case .launched(let isOther):
            if isOther {
                StandardError.print("\(program.path) was replaced before it was started; what runs isn't traced")
            }
        case .replaced(let pid, let before): _ = await session.traceOn(pid, after: before, sampling)
        case .ended, .executed, .missed, .writesOff: break
        }
    }
}
