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
        case .problem(let problem, let subject): StandardError.print("\(subject): \(TerminalText("\(problem)").text)")
        case .writesOff(let pid): StandardError.print(TracingMessages.writesOff(pid))
        case .beyondQuota(let pid, let reason):
            StandardError.print(
                "process \(pid) loses spans, to leave room for those of others: \(reason.explanation) (\(reason.name))")
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

    /// The events on pods.
    static func print(_ notice: EventRecorder.Notice) {
        switch notice {
        case .forbidden(let message):
            StandardError.print(
                "events: not permitted (403): \(message); pods don't show why they aren't traced, unless nodespan's account has "
                    + "{apiGroups: [events.k8s.io], resources: [events], verbs: [create, patch]} in a ClusterRole")
        case .failed(let failure): StandardError.print("events: \(failure); pods don't show why they aren't traced")
        }
    }

    /// What pods don't show; nil when it is nothing.
    static func text(_ losses: [EventRecorder.Loss: UInt64]) -> String? {
        if losses.isEmpty { return nil }
        let counts = EventRecorder.Loss.allCases.compactMap { loss in losses[loss].map { "\(loss.rawValue) \($0)" } }
        return "events on pods that weren't recorded when they were due: \(counts.joined(separator: ", "))"
    }
}
