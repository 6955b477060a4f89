import Agent
import BPFRuntime
import Workloads

/// `trace --pid`: processes that run already, until all of them have ended.
struct ProcessTracing {
    let session: TraceSession
    let sampling: SamplerOptions

    func run(_ pids: [Int32], stoppedBy signals: AsyncStream<TerminationSignals.Arrival>) async throws {
        var traced: [TraceCandidate] = []
        var status = FailureStatus.failed
        for candidate in try await candidates(pids) {
            do throws(TracerError) {
                if try await session.trace(candidate, sampling) { traced.append(candidate) }
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
        for candidate in traced { TracingMessages.printMissing(candidate, tracedBy: session.tracer) }
        let names = traced.map(TracingMessages.name).joined(separator: ", ")
        StandardError.print("tracing \(names); stop with Ctrl-C")
        let running = RunningCount(traced.count)
        await session.run(stoppedBy: signals) { change in
            if await hasEnded(change) { running.decrement() }
            return running.isPositive
        }
        if try await !session.close() { throw SilentEnding(status: FailureStatus.failed.rawValue) }
    }

    /// Looks at all processes before any is traced. One that has ended by now is reported and left out, unless all have.
    private func candidates(_ pids: [Int32]) async throws(CommandFailure) -> [TraceCandidate] {
        var candidates: [TraceCandidate] = []
        var missing: [CommandFailure] = []
        for pid in pids {
            do throws(TracerError) {
                candidates.append(try await session.tracer.examine(pid))
            } catch {
                guard error.isEnd else { throw CommandFailure(error) }
                missing.append(CommandFailure(error))
            }
        }
        if candidates.isEmpty, let first = missing.first { throw first }
        for failure in missing { StandardError.print("nodespan: \(failure.message)") }
        return candidates
    }

    /// Whether it is the end of a traced program.
    private func hasEnded(_ change: ProcessChange) async -> Bool {
        switch change {
        case .ended(let pid):
            StandardError.print("process \(pid) has ended")
            return true
        case .replaced(let pid, let before):
            return await !session.traceOn(pid, after: before, sampling)
        case .launched, .executed, .missed, .writesOff: return false
        }
    }
}
