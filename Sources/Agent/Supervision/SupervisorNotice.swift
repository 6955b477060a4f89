package import BPFRuntime
package import Spans

/// What there is to tell of the processes of a node.
package enum SupervisorNotice: Sendable {
    /// Origin: who wants it.
    case traced(TraceCandidate, origin: String)
    /// It goes on in another way: for another reason, with another sampler, to another destination.
    case changed(pid: Int32, origin: String)
    case untraced(pid: Int32)
    case ended(pid: Int32)
    /// It is wanted, but it can't be traced.
    case refused(TracerError)
    /// Where: the process, or the pod.
    case problem(WishProblem, subject: String)
    case writesOff(pid: Int32)
    /// It loses spans that others have room for.
    case beyondQuota(pid: Int32, LossReason)
    case failed(BPFError)
}
