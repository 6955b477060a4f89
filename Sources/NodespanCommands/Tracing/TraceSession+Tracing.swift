import Agent
import Spans
import Workloads

extension TraceSession {
    /// Traces a process with the sampler that the command line or its environment asks for. Returns whether it wasn't traced
    /// before.
    func trace(_ candidate: TraceCandidate, _ sampling: SamplerOptions) async throws(TracerError) -> Bool {
        let process = candidate.process
        _ = SpanLimits(environment: process.environment) { StandardError.print("process \(process.pid): \($0)") }
        return try await tracer.trace(
            candidate,
            TracingOptions(
                sampler: sampling.sampler(forEnvironment: process.environment, of: "process \(process.pid)"),
                resource: overrides))
    }

    /// Traces a process on that has executed a program, if it is the same as before. Says what becomes of it; returns whether
    /// it is traced.
    func traceOn(_ pid: Int32, after before: KnownExecutable, _ sampling: SamplerOptions) async -> Bool {
        if let candidate = try? await tracer.examine(pid), candidate.executable.identity == before.identity,
            (try? await trace(candidate, sampling)) == true
        {
            StandardError.print("process \(pid) has executed the same program again, which is traced on")
            return true
        }
        StandardError.print("process \(pid) has executed another program, which isn't traced")
        return false
    }
}
