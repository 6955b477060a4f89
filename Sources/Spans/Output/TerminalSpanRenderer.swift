/// Renders rows of a span tree as lines of a terminal:
///
///     15:04:05.123  ● shop      GET /items/{id}  /items/42?x=1      200   1.23ms  4bf92f35
///
/// Time, service, status, duration and the beginning of the trace id stand in columns; what doesn't fit is cut. A line
/// is never wider than the terminal, from 40 columns on, and carries no control sequence but its own colours.
package struct TerminalSpanRenderer: Sendable {
    private var width: Int
    private let hasColour: Bool
    private let localTime: @Sendable (_ unixSeconds: Int64) -> LocalTime
    /// The widest service name so far, up to a limit, so that names below one another align.
    private var serviceWidth = 8

    private static let serviceLimit = 20

    /// - Parameters:
    ///   - width: columns of the terminal; of a very wide one only 160 are used.
    ///   - hasColour: use SGR sequences.
    package init(
        width: Int, hasColour: Bool,
        localTime: @escaping @Sendable (_ unixSeconds: Int64) -> LocalTime = LocalTime.local
    ) {
        self.width = Self.usable(width)
        self.hasColour = hasColour
        self.localTime = localTime
    }

    /// The terminal has another width now.
    package mutating func resize(to width: Int) {
        self.width = Self.usable(width)
    }

    private static func usable(_ width: Int) -> Int { min(max(width, 40), 160) }

    /// One line, without a line feed.
    package mutating func line(_ row: SpanTree.Row) -> String {
        let span = row.span
        var line = Line(hasColour: hasColour)
        line.append(timeOfDay(span.startUnixNano), .dim)
        line.append("  ")
        let columnsRight = 2 + SpanOutcome.width + 2 + 8 + (showsTraceID ? 2 + 8 : 0)
        let end = width - columnsRight
        appendTree(row, limit: (end - line.width) / 2, to: &line)
        if showsService { appendService(span.resource.serviceName, to: &line) }
        appendName(of: span, limit: end, to: &line)
        line.pad(to: end + 2)
        let outcome = SpanOutcome(span)
        line.append(outcome.text, outcome.colour)
        line.pad(to: end + 2 + SpanOutcome.width + 2)
        let duration = HumanDuration(nanoseconds: span.endUnixNano &- span.startUnixNano)
        line.pad(to: end + 2 + SpanOutcome.width + 2 + 8 - TerminalText(duration.text, limit: 8).width)
        line.append(duration.text, duration.colour)
        if showsTraceID {
            line.append("  ")
            line.append(String(span.traceID.description.prefix(8)), .dim)
        }
        return line.text
    }

    private var showsTraceID: Bool { width >= 80 }
    private var showsService: Bool { width >= 60 }

    private func timeOfDay(_ unixNano: UInt64) -> String {
        let time = localTime(Int64(unixNano / 1_000_000_000))
        let milliseconds = unixNano / 1_000_000 % 1000
        func padded(_ number: some BinaryInteger, _ digits: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
        }
        return "\(padded(time.hour, 2)):\(padded(time.minute, 2)):\(padded(time.second, 2)).\(padded(milliseconds, 3))"
    }

    /// "●" for a root; a dim branch for a span whose parent isn't shown; branches of its own for one below its parent.
    private func appendTree(_ row: SpanTree.Row, limit: Int, to line: inout Line) {
        switch row.relation {
        case .root: line.append("● ", .bold)
        case .remoteParent: line.append("└─ ", .dim)
        case .orphan: line.append("?─ ", .dim)
        case .child:
            let levels = row.isLast.suffix(max(1, limit / 3))
            let branches = levels.dropLast().map { $0 ? "   " : "│  " }.joined()
            line.append(branches + (levels.last == true ? "└─ " : "├─ "), .dim)
        }
    }

    private mutating func appendService(_ name: String, to line: inout Line) {
        let service = TerminalText(name, limit: Self.serviceLimit)
        serviceWidth = max(serviceWidth, service.width)
        let start = line.width
        line.append(service, .cyan)
        line.pad(to: start + serviceWidth + 2)
    }

    /// The name, and behind it path and query where the name has a route only or nothing of them, or a client's URL.
    private func appendName(of span: Span, limit: Int, to line: inout Line) {
        let name = TerminalText(span.name, limit: max(0, limit - line.width))
        line.append(name, .bold)
        var target: String
        if case .string(let url) = span.attributes["url.full"] {
            target = url
        } else if case .string(let path) = span.attributes["url.path"] {
            target = path
        } else {
            return
        }
        if case .string(let query) = span.attributes["url.query"] { target += "?" + query }
        var gap = " "
        if case .string(let route) = span.attributes["http.route"] {
            if route == target { return }
            gap = "  "
        }
        guard line.width + gap.utf8.count < limit else { return }
        line.append(gap)
        line.append(TerminalText(target, limit: limit - line.width), .plain)
    }
}

/// A line in the making: its text with colours, and the columns it takes without them.
private struct Line {
    private(set) var text = ""
    private(set) var width = 0
    let hasColour: Bool

    init(hasColour: Bool) {
        self.hasColour = hasColour
    }

    mutating func append(_ part: TerminalText, _ colour: TerminalColour) {
        let isColoured = hasColour && colour != .plain && !part.text.isEmpty
        text += isColoured ? "\u{1b}[\(colour.rawValue)m\(part.text)\u{1b}[0m" : part.text
        width += part.width
    }

    mutating func append(_ part: String, _ colour: TerminalColour = .plain) {
        append(TerminalText(part, limit: .max), colour)
    }

    mutating func pad(to column: Int) {
        guard width < column else { return }
        text += String(repeating: " ", count: column - width)
        width = column
    }
}
