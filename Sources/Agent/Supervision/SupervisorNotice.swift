package import BPFRuntime
package import OTLP
package import Spans
package import Workloads

/// What there is to tell of the processes of a node.
package enum SupervisorNotice: Sendable {
    /// What isn't done as it was asked for.
    package enum Problem: Sendable, Hashable {
        case sampler(SamplerError)
        case wish(WishRefusal)
        case setting(SettingNotice)
        /// Instead: the name of the destination that is taken; nil when nothing is traced.
        case destination(DestinationRefusal, instead: String?)
        /// One of OTEL_EXPORTER_OTLP_HEADERS.
        case header(OTLPHeaderError)
        case tooManyDestinations(limit: Int)
        /// A program that could be traced, but was put into the container from outside.
        case entered(pid: Int32, program: String, container: String)
        case sandboxed(SandboxRuntime)
    }

    /// Origin: who wants it.
    case traced(TraceCandidate, origin: String)
    /// It goes on in another way: for another reason, with another sampler, to another destination.
    case changed(pid: Int32, origin: String)
    case untraced(pid: Int32)
    case ended(pid: Int32)
    /// It is wanted, but it can't be traced.
    case refused(TracerError)
    /// Where: the process, or the pod.
    case problem(Problem, subject: String)
    case writesOff(pid: Int32)
    /// It loses spans that others have room for.
    case beyondQuota(pid: Int32, LossReason)
    case failed(BPFError)
}
