import CLibbpf
import Glibc

/// The BPF programs that run at this moment.
package enum RunningPrograms {
    /// Waits until every run that has begun is through, some milliseconds; what was written to maps before is what all
    /// later runs see. False when this kernel can't tell (one with `nohz_full`).
    ///
    /// Programs on uprobes run as RCU readers, and the barrier is one of the system calls that wait for those
    /// (kernel/sched/membarrier.c, MEMBARRIER_CMD_GLOBAL: synchronize_rcu).
    package static func waitForEnd() -> Bool {
        membarrier_global() == 0
    }
}
