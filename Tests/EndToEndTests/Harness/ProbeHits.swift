import BPFRuntime
import TestSupport

/// How often the kernel has run a tracer's probes, by its own count, since this was made.
struct ProbeHits: ~Copyable {
    /// `enum bpf_prog_type`: BPF_PROG_TYPE_KPROBE, which programs on uprobes are of.
    private static let kprobe = 2

    private let statistics: RunStatistics

    init() throws {
        statistics = try RunStatistics()
    }

    /// Of all programs on probes that a process holds.
    func count(of pid: Int32) throws -> Int {
        var counts: [Int: Int] = [:]
        for fields in try DescriptorFields.all(of: pid) {
            guard fields["prog_type"] == Self.kprobe, let program = fields["prog_id"] else { continue }
            counts[program] = fields["run_cnt"]
        }
        return counts.values.reduce(0, +)
    }
}
