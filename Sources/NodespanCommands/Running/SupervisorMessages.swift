import Agent
import OTLP
import Spans
import Workloads

/// What `run` says of processes.
enum SupervisorMessages {
    static func print(_ notice: SupervisorNotice, tracedBy tracer: Tracer) {
        switch notice {
        case .traced(let candidate, let origin):
            StandardError.print("tracing \(TracingMessages.name(candidate)), by \(origin)")
            TracingMessages.printMissing(candidate, tracedBy: tracer)
        case .changed(let pid, let origin): StandardError.print("process \(pid) is traced by \(origin) from now on")
        case .untraced(let pid): StandardError.print("process \(pid) is traced no more: nobody wants it")
        case .ended(let pid): StandardError.print("process \(pid) has ended")
        case .refused(let error): StandardError.print("nodespan: \(CommandFailure(error).message)")
        case .problem(let problem, let subject): StandardError.print("\(subject): \(TerminalText(text(problem)).text)")
        case .writesOff(let pid): StandardError.print(TracingMessages.writesOff(pid))
        case .beyondQuota(let pid, let reason):
            StandardError.print("process \(pid) loses spans, others don't: \(reason.explanation) (\(reason.name))")
        case .failed(let error): StandardError.print("nodespan: \(error)")
        }
    }

    /// The way to the API server.
    static func print(_ notice: ClusterState.Notice) {
        switch notice {
        case .failed(let kind, let failure):
            StandardError.print("\(kind): \(failure); what is known of them counts on, and nodespan will try again")
        case .recovered(let kind): StandardError.print("\(kind): the API server tells of them again")
        case .unreadable(let kind, let error): StandardError.print("\(kind): \(error)")
        }
    }

    private static func text(_ problem: SupervisorNotice.Problem) -> String {
        switch problem {
        case .sampler(let error): "OTEL_TRACES_SAMPLER: \(error); the configuration's is used"
        case .wish(let refusal): "not traced: \(refusal); \(refusal.remedy)"
        case .setting(let notice): "\(notice)"
        case .header(let error): "OTEL_EXPORTER_OTLP_HEADERS: \(error)"
        case .tooManyDestinations(let limit):
            "not traced: spans go to \(limit) destinations already; name one of them, or one less in another pod"
        case .entered(let pid, let program, let container):
            "process \(pid), \(program), is not traced: it was put into container \(container) from outside, as kubectl exec "
                + "and probes do; have the container's own program start it, if it is to be"
        case .sandboxed(let runtime):
            "not traced: \(runtime), into which nodespan can't look; have the pod run without its runtimeClassName"
        case .destination(let refusal, nil): "not traced: \(refusal)"
        case .destination(let refusal, let name?): "\(refusal); spans go to \(name)"
        }
    }
}
