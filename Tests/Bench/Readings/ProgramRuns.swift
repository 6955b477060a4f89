import CLibbpf
import Glibc
import TestSupport

/// What the BPF programs on uprobes that a process has loaded have done while the kernel's run statistics were on.
struct ProgramRuns {
    struct Runs: Equatable {
        var count: UInt64 = 0
        /// Nanoseconds.
        var time: UInt64 = 0

        /// Nanoseconds a run since an earlier reading; not a number without a run.
        func timePerRun(since earlier: Runs) -> Double {
            Double(time - earlier.time) / Double(count - earlier.count)
        }
    }

    /// By name as the kernel keeps it: the first 15 bytes of the program's own.
    private let runs: [String: Runs]

    init(of pid: Int32) throws(SystemCallFailure) {
        var runs: [String: Runs] = [:]
        for identity in Set(FieldFile.ofDescriptors(of: pid).compactMap { $0["prog_id"] }) {
            if let (name, counted) = try Self.program(UInt32(identity)) { runs[name] = counted }
        }
        self.runs = runs
    }

    /// Runs of a program by its full name.
    subscript(program: String) -> Runs { runs[String(program.prefix(15))] ?? Runs() }

    var count: UInt64 { runs.values.reduce(0) { $0 + $1.count } }

    private static func program(_ identity: UInt32) throws(SystemCallFailure) -> (String, Runs)? {
        let descriptor = bpf_prog_get_fd_by_id(identity)
        guard descriptor >= 0 else { throw SystemCallFailure("bpf_prog_get_fd_by_id", "\(identity)") }
        defer { close(descriptor) }
        var information = bpf_prog_info()
        var size = UInt32(MemoryLayout<bpf_prog_info>.size)
        guard bpf_obj_get_info_by_fd(descriptor, &information, &size) == 0 else {
            throw SystemCallFailure("bpf_obj_get_info_by_fd", "\(identity)")
        }
        // What is on uprobes is of the kprobes' type.
        guard information.type == BPF_PROG_TYPE_KPROBE.rawValue else { return nil }
        let name = withUnsafeBytes(of: information.name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        return (name, Runs(count: information.run_cnt, time: information.run_time_ns))
    }
}
