package import OTLP
package import Spans
package import Workloads

/// What isn't done as a process, or its pod, asks for.
package enum WishProblem: Sendable, Hashable {
    case sampler(SamplerError)
    case wish(WishRefusal)
    case setting(SettingNotice)
    /// Instead: the name of the destination that is taken; nil when nothing is traced.
    case destination(DestinationRefusal, instead: String?)
    /// One of OTEL_EXPORTER_OTLP_HEADERS.
    case header(OTLPHeaderError)
    /// Characters.
    case headersTooLong(limit: Int)
    /// A file of the workload's that a connection is to be made with.
    case file(variable: String, ProcessFileError)
    /// A variable says that there are to be no traces.
    case declined(variable: String)
    case material(TLSMaterialError)
    case tooManyDestinations(limit: Int)
    /// A program that could be traced, but was put into the container from outside.
    case entered(pid: Int32, program: String, container: String)
    case sandboxed(SandboxRuntime)
    /// What it runs can't be traced.
    case program(path: String, reason: String)
    /// So many besides those that were told.
    case more(Int)
}

extension WishProblem {
    /// For those who look at the pod; nil for what is no concern of theirs.
    func event(on pod: PodReference) -> PodEvent? {
        func event(_ reason: String, _ action: String) -> PodEvent {
            PodEvent(pod: pod, reason: reason, action: action, note: TerminalText(withoutValues).text)
        }
        return switch self {
        case .wish(let refusal): event(refusal.reasonName, "Trace")
        case .program: event("ProgramNotTraceable", "Trace")
        case .sandboxed: event("SandboxedContainer", "Trace")
        // Whoever put it there looks at no pod.
        case .entered: nil
        case .sampler: event("InvalidSampler", "Configure")
        case .header, .headersTooLong: event("InvalidHeader", "Configure")
        case .more: event("MoreProblems", "Configure")
        case .file: event("FileNotRead", "Configure")
        case .declined: event("TracingDeclined", "Trace")
        case .material: event("InvalidCertificate", "Configure")
        case .setting(let notice): event(notice.reasonName, "Configure")
        case .tooManyDestinations: event("TooManyDestinations", "Export")
        // What the agent's configuration is for.
        case .destination(.none, instead: .some): nil
        case .destination(let refusal, _): event(refusal.reasonName, "Export")
        }
    }
}

extension WishProblem {
    /// The description without what may come from a Secret: of those who may look at a pod, not all may look at that.
    private var withoutValues: String {
        switch self {
        case .sampler: "OTEL_TRACES_SAMPLER names no sampler that nodespan has; the configuration's is used"
        case .setting(let notice): notice.withoutValues
        case .header(.invalidValue): "OTEL_EXPORTER_OTLP_HEADERS: a value has bytes that HTTP doesn't allow"
        default: "\(self)"
        }
    }
}

extension WishProblem: CustomStringConvertible {
    package var description: String {
        switch self {
        case .sampler(let error): "OTEL_TRACES_SAMPLER: \(error); the configuration's is used"
        case .wish(let refusal): "not traced: \(refusal); \(refusal.remedy)"
        case .setting(let notice): "\(notice)"
        case .header(let error): "OTEL_EXPORTER_OTLP_HEADERS: \(error)"
        case .file(let variable, let error):
            "\(variable) names a file of the workload's that can't be used: \(error); mount it in the container of the program, "
                + "or, in a pod, have spec.exporter.tls of the Instrumentation name a Secret that it is in"
        case .declined(let variable):
            "not traced: \(variable) says that there are to be no traces; take it away, if there are"
        case .headersTooLong(let limit):
            "OTEL_EXPORTER_OTLP_HEADERS: what goes beyond \(limit) characters is left out, with the header that it cuts"
        case .more(let count): "it has \(count) more problems, which show once these are solved"
        case .material(let error): "the connection isn't secured as is asked for: \(error)"
        case .tooManyDestinations(let limit):
            "not traced: spans go to \(limit) destinations already, as many as \(limit < SpanRouter.limit ? "one namespace" : "a node") "
                + "may have; name one of them, or one less in another pod"
        case .entered(let pid, let program, let container):
            "process \(pid), \(program), is not traced: it was put into container \(container) from outside, as kubectl exec "
                + "and probes do; have the container's own program start it, if it is to be"
        case .sandboxed(let runtime):
            "not traced: \(runtime), into which nodespan can't look; have the pod run without its runtimeClassName"
        case .program(let path, let reason): "not traced: \(path): \(reason)"
        case .destination(let refusal, nil): "not traced: \(refusal)"
        case .destination(let refusal, let name?): "\(refusal); spans go to \(name)"
        }
    }
}
