internal import CBPF
internal import Spans

extension LossReason {
    /// How often each occurred, as BPF counted.
    static func counts(in counters: ns_process_counters) -> [LossReason: UInt64] {
        withUnsafeBytes(of: counters.lost) { lost in
            let values = lost.bindMemory(to: UInt64.self)
            return Dictionary(
                uniqueKeysWithValues: allCases.compactMap { reason in
                    let count = values[reason.rawValue]
                    return count > 0 ? (reason, count) : nil
                })
        }
    }
}
