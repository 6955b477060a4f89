import Agent
import Spans

/// What `trace` says when it ends.
enum SummaryText {
    /// For people, over several lines if something was lost.
    static func table(_ summary: TraceSummary) -> String {
        var parts = [count(summary.exported, "span")]
        if summary.unsampled > 0 { parts.append("\(summary.unsampled) not sampled") }
        if summary.inFlight > 0 { parts.append("\(summary.inFlight) still in flight") }
        if summary.queued > 0 { parts.append("\(summary.queued) kept on disk for the next run") }
        parts.append(summary.lost == 0 ? "none lost" : "\(summary.lost) lost")
        var lines = ["\(count(summary.begun, "request")) began: \(parts.joined(separator: ", "))"]
        for (reason, count) in summary.losses.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            lines.append("  lost \(count): \(reason.explanation) (\(reason.name))")
        }
        lines += table(summary.propagation)
        for destination in summary.destinations { lines += DestinationText.table(destination) }
        return lines.joined(separator: "\n")
    }

    private static func table(_ propagation: PropagationSummary) -> [String] {
        var lines: [String] = []
        if propagation.written > 0 {
            lines.append("\(count(propagation.written, "request")) given the trace context of the span")
        }
        for (reason, count) in propagation.unwritten.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            lines.append("  \(count) not: \(reason.explanation) (\(reason.name))")
        }
        if propagation.writesOff > 0 {
            lines.append(
                "\(count(propagation.writesOff, "process", plural: "processes")) written to no more: what was written into a "
                    + "request was not there afterwards (writes_off)")
        }
        return lines
    }

    private static func count(_ number: UInt64, _ noun: String, plural: String? = nil) -> String {
        "\(number) \(number == 1 ? noun : plural ?? "\(noun)s")"
    }

    /// For scripts, one line.
    /// - Parameter hasProcesses: with the books of each process, and of all that have ended.
    static func json(_ summary: TraceSummary, hasProcesses: Bool = false) -> String {
        let processes = hasProcesses ? json(summary.processes, summary) : ""
        return """
            {"spans":\(summary.exported),"begun":\(summary.begun),"exported":\(summary.exported),\
            "unsampled":\(summary.unsampled),"inFlight":\(summary.inFlight),"losses":\(json(summary.losses)),\
            "propagation":\(json(summary.propagation)),\(processes)\
            "destinations":[\(summary.destinations.map(DestinationText.json).joined(separator: ","))]}
            """
    }

    private static func json(_ processes: [ProcessSummary], _ summary: TraceSummary) -> String {
        let members = processes.map { "{\"pid\":\($0.pid),\(json($0.books))}" }
        return "\"queued\":\(summary.queued),\"processes\":[\(members.joined(separator: ","))],"
            + "\"ended\":{\(json(summary.ended))},"
    }

    /// Members of an object.
    private static func json(_ books: SpanBooks) -> String {
        """
        "begun":\(books.begun),"exported":\(books.exported),"unsampled":\(books.unsampled),\
        "inFlight":\(books.inFlight),"queued":\(books.queued),"losses":\(json(books.losses))
        """
    }

    private static func json(_ propagation: PropagationSummary) -> String {
        let unwritten = propagation.unwritten.sorted { $0.key.rawValue < $1.key.rawValue }
        let members = unwritten.map { "\"\($0.key.name)\":\($0.value)" }
        return "{\"written\":\(propagation.written),\"unwritten\":{\(members.joined(separator: ","))},"
            + "\"writesOff\":\(propagation.writesOff)}"
    }

    /// An object of counts by reason.
    static func json(_ losses: [LossReason: UInt64]) -> String {
        let members = losses.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\"\($0.key.name)\":\($0.value)" }
        return "{\(members.joined(separator: ","))}"
    }
}
