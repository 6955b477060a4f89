package import BPFRuntime
import CBPF
package import Spans

extension Tracer {
    /// The traced processes that have lost spans for wanting more than their part, and of what.
    package func lossesByQuota() throws(BPFError) -> [(pid: Int32, reason: LossReason)] {
        var losses: [(pid: Int32, reason: LossReason)] = []
        for (slot, process) in traced {
            guard let counts = try counters.value(of: slot) else { continue }
            let lost = LossReason.counts(in: counts)
            losses += [.inFlightQuota, .ringQuota].filter { lost[$0] != nil }.map { (process.pid, $0) }
        }
        return losses
    }
}
