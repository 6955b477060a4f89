internal import CBPF

/// Why a span that began was not exported: `enum ns_loss_reason` with the names that summaries and metrics show.
package enum LossReason: Int, CaseIterable, Sendable {
    case inFlightFull
    case ringFull
    case readFailed
    case endMissed
    case processEnded
    case recordInvalid
    case outputFailed

    /// Stable, for scripts.
    package var name: String {
        switch self {
        case .inFlightFull: "in_flight_full"
        case .ringFull: "ring_full"
        case .readFailed: "read_failed"
        case .endMissed: "end_missed"
        case .processEnded: "process_ended"
        case .recordInvalid: "record_invalid"
        case .outputFailed: "output_failed"
        }
    }

    /// For people.
    package var explanation: String {
        switch self {
        case .inFlightFull: "more requests in flight than nodespan keeps"
        case .ringFull: "nodespan fell behind reading finished spans"
        case .readFailed: "the program's memory could not be read"
        case .endMissed: "no end of the request was seen"
        case .processEnded: "the process ended during the request"
        case .recordInvalid: "the record made no sense"
        case .outputFailed: "the span could not be written"
        }
    }

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
