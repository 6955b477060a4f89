import CLibbpf
import Glibc

/// Has the kernel count and time the runs of all BPF programs as long as this lives (about 50 ns a run).
package struct RunStatistics: ~Copyable, Sendable {
    /// What a program has done since it was loaded, while statistics were on.
    package struct Runs: Equatable, Sendable {
        package let count: UInt64
        package let time: Duration
    }

    private let switchedOn: OwnedDescriptor

    package init() throws(BPFError) {
        let descriptor = bpf_enable_stats(BPF_STATS_RUN_TIME)
        if descriptor < 0 { throw BPFError("enable", on: "BPF run statistics", code: -descriptor) }
        switchedOn = OwnedDescriptor(owning: descriptor)
    }

    /// Runs of a program, on all CPUs.
    package func runs(of program: String, in object: borrowing BPFObject) throws(BPFError) -> Runs {
        let descriptor = try object.descriptor(ofProgram: program)
        var information = bpf_prog_info()
        var size = UInt32(MemoryLayout<bpf_prog_info>.size)
        let result = bpf_obj_get_info_by_fd(descriptor, &information, &size)
        if result < 0 { throw BPFError("inspect program", on: "\(object.name)/\(program)", code: -result) }
        return Runs(count: information.run_cnt, time: .nanoseconds(information.run_time_ns))
    }
}
