import FoundationEssentials

/// What one run of `nodespan trace` gave.
struct Trace {
    /// The closing line on standard error.
    struct Summary: Decodable {
        var spans: Int
        var begun: Int
        var exported: Int
        var unsampled: Int
        var inFlight: Int
        /// By reason.
        var losses: [String: Int]
        var destinations: [Destination]

        var lost: Int { losses.values.reduce(0, +) }
        /// The promise of every summary: nothing is unaccounted for.
        var isBalanced: Bool { begun == exported + unsampled + lost + inFlight && spans == exported }
    }

    /// What became of the spans that were to be exported.
    struct Destination: Decodable {
        var endpoint: String
        var spans: Int
        var exported: Int
        var rejected: Int
        /// By reason.
        var losses: [String: Int]
        var retries: Int
        var resent: Int

        var isBalanced: Bool { spans == exported + rejected + losses.values.reduce(0, +) }
    }

    /// Standard output as it came.
    var output: [UInt8]
    var spans: [ReceivedSpan]
    /// Lines on standard output: spans, the ones not decoded included.
    var lines: Int
    var summary: Summary
    var code: Int32
    var errors: String

    init(output: [UInt8], errors: String, code: Int32, decoding isWanted: (Int) -> Bool) throws {
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
    func spans(_ path: String) -> [ReceivedSpan] { spans.filter { $0.path == path } }
}

struct MissingSummary: Error, CustomStringConvertible {
    var code: Int32
    var errors: String

    var description: String { "nodespan ended with \(code) and no summary: \(errors)" }
}
