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
        let folder = "/proc/\(pid)/fdinfo"
        var counts: [Int: Int] = [:]
        for name in try fileNames(in: folder) {
            // A descriptor may have been closed meanwhile.
            guard let bytes = try? readFile("\(folder)/\(name)") else { continue }
            let fields = Self.fields(String(decoding: bytes, as: UTF8.self))
            guard fields["prog_type"] == Self.kprobe, let program = fields["prog_id"] else { continue }
            counts[program] = fields["run_cnt"]
        }
        return counts.values.reduce(0, +)
    }

    /// Lines of "name:\tnumber".
    private static func fields(_ text: String) -> [Substring: Int] {
        let lines = text.split(separator: "\n").map { $0.split { $0 == ":" || $0 == "\t" } }
        return Dictionary(lines.compactMap { words in words.count < 2 ? nil : Int(words[1]).map { (words[0], $0) } }) {
            first, _ in first
        }
    }
}
