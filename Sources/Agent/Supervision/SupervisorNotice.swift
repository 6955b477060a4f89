package import BPFRuntime
package import Spans

/// What there is to tell of the processes of a node.
package enum SupervisorNotice: Sendable {
    case traced(TraceCandidate, rule: String)
    /// It goes on in another way: by another rule, with another sampler, to another destination.
    case changed(pid: Int32, rule: String)
    case untraced(pid: Int32)
    case ended(pid: Int32)
    /// A rule wants it traced, but it can't be.
    case refused(TracerError)
    /// What it asks for itself can't be done.
    case sampler(SamplerError, pid: Int32)
    case writesOff(pid: Int32)
    case failed(BPFError)
}
