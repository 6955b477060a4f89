import Agent
import BPFRuntime
import Glibc
import Synchronization
import SystemPackage
import Workloads

/// `trace --exe`: processes whose executable matches, those that run and those that start later.
final class ExecutableTracing: Sendable {
    /// Of so many executables it is known that something was said; then it may be said again.
    private static let known = 1024

    private let session: TraceSession
    private let sampling: SamplerOptions
    private let patterns: [ExecutablePattern]
    /// Those that can't be traced.
    private let refused = Mutex<Set<FileIdentity>>([])
    /// Those of which the spans lack something.
    private let incomplete = Mutex<Set<ExecutableIdentity>>([])

    init(session: TraceSession, sampling: SamplerOptions, patterns: [ExecutablePattern]) {
        self.session = session
        self.sampling = sampling
        self.patterns = patterns
    }

    func run(stoppedBy signals: AsyncStream<TerminationSignals.Arrival>) async throws {
        do throws(BPFError) {
            // What starts while the others are looked for is told of.
            try await session.tracer.reportExecs(of: ExecNames(patterns.map(\.nameBeginning)))
        } catch {
            throw CommandFailure(error)
        }
        let more = try await traceRunning() ? "more " : ""
        let names = patterns.map(\.text).joined(separator: " or ")
        StandardError.print("waiting for \(more)programs that match \(names); stop with Ctrl-C")
        await session.run(stoppedBy: signals) { change in
            await self.follow(change)
            return true
        }
        if try await !session.close() { throw SilentEnding(status: FailureStatus.failed.rawValue) }
    }

    private func follow(_ change: ProcessChange) async {
        switch change {
        case .executed(let pid): await consider(pid)
        case .ended(let pid): StandardError.print("process \(pid) has ended")
        // What it runs now is considered when it is told of.
        case .replaced(let pid, _): StandardError.print("process \(pid) has executed another program")
        case .missed: _ = try? await traceRunning()
        case .launched, .writesOff: break
        }
    }

    /// Considers all processes. Returns whether any was found that can be traced.
    private func traceRunning() async throws(CommandFailure) -> Bool {
        let pids: [Int32]
        do throws(Errno) {
            pids = try LocalProcess.pids()
        } catch {
            throw CommandFailure("list /proc: \(error)")
        }
        var hasTraced = false
        for pid in pids where await consider(pid) { hasTraced = true }
        return hasTraced
    }

    /// Traces a process if its executable matches, and says so, once. Returns whether it does.
    @discardableResult
    private func consider(_ pid: Int32) async -> Bool {
        guard pid != getpid(), let path = LocalProcess.executablePath(of: pid),
            patterns.contains(where: { $0.matches(path) }), let file = LocalProcess.executableIdentity(of: pid),
            !refused.withLock({ $0.contains(file) })
        else { return false }
        do throws(TracerError) {
            let candidate = try await session.tracer.examine(pid)
            // It may have executed another program since it was found.
            guard patterns.contains(where: { $0.matches(candidate.process.executablePath) }) else { return false }
            if try await session.trace(candidate, sampling) {
                if Self.isNew(candidate.executable.identity, among: incomplete) {
                    TracingMessages.printMissing(candidate, tracedBy: session.tracer)
                }
                StandardError.print("tracing \(TracingMessages.name(candidate))")
            }
            return true
        } catch {
            if !error.isEnd { report(error, of: pid, file) }
            return false
        }
    }

    private func report(_ error: TracerError, of pid: Int32, _ file: FileIdentity) {
        if case .executable = error, !Self.isNew(file, among: refused) { return }
        StandardError.print("nodespan: \(CommandFailure(error).message)")
    }

    private static func isNew<Identity: Hashable & Sendable>(
        _ identity: Identity, among known: borrowing Mutex<Set<Identity>>
    ) -> Bool {
        known.withLock { known in
            if known.count >= Self.known { known = [] }
            return known.insert(identity).inserted
        }
    }
}
