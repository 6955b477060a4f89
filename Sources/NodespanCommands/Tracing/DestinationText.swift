import OTLP
import Spans

/// What `trace` says of where it sends spans.
enum DestinationText {
    /// While it runs. Reasons may be a stranger's words.
    static func message(_ notice: DestinationNotice, endpoint: String) -> String {
        switch notice {
        case .unavailable(let reason): "can't export to \(endpoint) now, will try again: \(reason)"
        case .refusing(let reason): "\(endpoint) refuses spans: \(reason)"
        case .unconfirmed(let reason): "can't tell whether \(endpoint) takes spans: \(reason)"
        case .recovered: "exporting to \(endpoint) again"
        case .rejecting(let spans, let reason):
            "\(endpoint) has rejected \(spans) span\(spans == 1 ? "" : "s")"
                + (reason.isEmpty ? "" : ": \(reason)")
        case .warning(let text): "\(endpoint) warns: \(text)"
        case .spoolFailing(let reason): "what \(endpoint) can't take now can't be kept in export.spool: \(reason)"
        }
    }

    /// In the summary for people.
    static func table(_ destination: DestinationSummary) -> [String] {
        var parts = ["\(destination.exported) exported"]
        if destination.rejected > 0 { parts.append("\(destination.rejected) rejected") }
        parts.append(destination.lost == 0 ? "none lost" : "\(destination.lost) lost")
        if destination.queued > 0 { parts.append("\(destination.queued) kept on disk for the next run") }
        if destination.resent > 0 { parts.append("\(destination.resent) sent more than once, maybe") }
        var lines = ["\(destination.endpoint): \(parts.joined(separator: ", "))"]
        for (reason, count) in destination.losses.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            lines.append("  lost \(count): \(reason.explanation) (\(reason.name))")
        }
        return lines
    }

    /// In the summary for scripts.
    static func json(_ destination: DestinationSummary) -> String {
        """
        {"endpoint":\(quoted(destination.endpoint)),"spans":\(destination.spans),"exported":\(destination.exported),\
        "rejected":\(destination.rejected),"losses":\(SummaryText.json(destination.losses)),\
        "retries":\(destination.retries),"resent":\(destination.resent)\(destination.spool.map(json) ?? "")}
        """
    }

    private static func quoted(_ text: String) -> String {
        var bytes: [UInt8] = []
        JSONText.append(quoted: text, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// One more member, with the comma before it.
    private static func json(_ spool: SpoolSummary) -> String {
        """
        ,"spool":{"restored":\(spool.restored),"carried":\(spool.carried),"stored":\(spool.stored),"waiting":\(spool.waiting),\
        "unreadable":\(spool.unreadable),"failures":\(spool.failures)}
        """
    }
}
