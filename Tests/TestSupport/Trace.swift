import FoundationEssentials

/// What one run of `nodespan trace` gave.
package struct Trace {
    /// The closing line on standard error.
    package struct Summary: Decodable {
        package var spans: Int
        package var begun: Int
        package var exported: Int
        package var unsampled: Int
        package var inFlight: Int
        /// By reason.
        package var losses: [String: Int]
        package var propagation: Propagation
        package var destinations: [Destination]
        /// Of `nodespan run`, as those below.
        package var queued: Int?
        package var processes: [Books]?
        package var ended: Books?

        package var lost: Int { losses.values.reduce(0, +) }
        /// The promise of every summary: nothing is unaccounted for.
        package var isBalanced: Bool {
            begun == exported + unsampled + lost + inFlight + (queued ?? 0) && spans == exported
        }
    }

    /// What became of the requests of one process, or of several.
    package struct Books: Decodable {
        /// Nil for several.
        package var pid: Int32?
        package var begun: Int
        package var exported: Int
        package var unsampled: Int
        package var inFlight: Int
        package var queued: Int
        /// By reason.
        package var losses: [String: Int]

        package var isBalanced: Bool {
            begun == exported + unsampled + inFlight + queued + losses.values.reduce(0, +)
        }
    }

    /// What became of outgoing requests' trace contexts.
    package struct Propagation: Decodable {
        package var written: Int
        /// By reason.
        package var unwritten: [String: Int]
    }

    /// What became of the spans that were to be exported.
    package struct Destination: Decodable {
        package var endpoint: String
        package var spans: Int
        package var exported: Int
        package var rejected: Int
        /// By reason.
        package var losses: [String: Int]
        package var retries: Int
        package var resent: Int
        /// Nil where nothing is kept on disk.
        package var spool: Spool?

        package var isBalanced: Bool {
            spans + (spool?.restored ?? 0) + (spool?.carried ?? 0)
                == exported + rejected + losses.values.reduce(0, +) + (spool?.waiting ?? 0)
        }
    }

    /// Spans of one destination on disk.
    package struct Spool: Decodable {
        package var restored: Int
        package var carried: Int
        package var stored: Int
        package var waiting: Int
    }

    /// Standard output as it came.
    package var output: [UInt8]
    package var spans: [ReceivedSpan]
    /// Lines on standard output: spans, the ones not decoded included.
    package var lines: Int
    package var summary: Summary
    package var code: Int32
    package var errors: String

    package init(output: [UInt8], errors: String, code: Int32, decoding isWanted: (Int) -> Bool) throws {
        (spans, lines) = try ReceivedSpan.lines(output, decoding: isWanted)
        guard let line = errors.split(separator: "\n").last, line.hasPrefix("{") else {
            throw MissingSummary(code: code, errors: errors)
        }
        summary = try JSONDecoder().decode(Summary.self, from: Data(line.utf8))
        self.output = output
        self.code = code
        self.errors = errors
    }

    /// The spans of requests for a path.
    package func spans(_ path: String) -> [ReceivedSpan] { spans.filter { $0.path == path } }
}

package struct MissingSummary: Error, CustomStringConvertible {
    package var code: Int32
    package var errors: String

    package var description: String { "nodespan ended with \(code) and no summary: \(errors)" }
}
