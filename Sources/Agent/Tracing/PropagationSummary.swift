internal import CBPF

/// How many requests that traced programs sent were given the trace context of their spans.
package struct PropagationSummary: Sendable, Equatable {
    /// Why a request was not: `enum ns_unwritten_reason`, with the names that summaries and metrics show.
    package enum Reason: Int, CaseIterable, Sendable {
        case own
        case noRoom
        case writer
        case ambiguous
        case failed

        /// Stable, for scripts.
        package var name: String {
            switch self {
            case .own: "own_traceparent"
            case .noRoom: "no_room"
            case .writer: "unknown_writer"
            case .ambiguous: "ambiguous"
            case .failed: "write_failed"
            }
        }

        /// For people.
        package var explanation: String {
            switch self {
            case .own: "the program had set a traceparent itself"
            case .noRoom: "no room in the program's buffer"
            case .writer: "the header goes to a writer of an unknown kind"
            case .ambiguous: "several requests in flight share one header map"
            case .failed: "the program's memory could not be read or written"
            }
        }
    }

    package internal(set) var written: UInt64 = 0
    package internal(set) var unwritten: [Reason: UInt64] = [:]
    /// Processes to which nothing was written any more, since something else than what was written had shown up there. Their
    /// later requests carry no trace context and are counted nowhere here.
    package internal(set) var writesOff: UInt64 = 0

    mutating func add(_ counters: ns_process_counters) {
        written += counters.written
        withUnsafeBytes(of: counters.unwritten) { unwritten in
            let counts = unwritten.bindMemory(to: UInt64.self)
            for reason in Reason.allCases where counts[reason.rawValue] > 0 {
                self.unwritten[reason, default: 0] += counts[reason.rawValue]
            }
        }
    }
}
