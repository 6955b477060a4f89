/// Measurements that belong together.
struct Section {
    let title: String
    let measurements: [Measurement]
}

/// The report, as text in columns.
struct Table {
    let sections: [Section]

    var text: String {
        let head = ["", "measured", "rounds", "budget", "verdict"]
        let bodies = sections.map { section in section.measurements.map(Self.cells) }
        let widths = head.indices.map { column in ([head] + bodies.joined()).map { $0[column].count }.max() ?? 0 }
        var lines = [Self.line(head, widths)]
        for (section, body) in zip(sections, bodies) {
            lines += ["", section.title] + body.map { Self.line($0, widths) }
        }
        return lines.joined(separator: "\n")
    }

    private static func cells(of row: Measurement) -> [String] {
        ["  " + row.name, row.measuredText, row.rangeText, row.budgetText, row.verdict.rawValue]
    }

    /// Numbers stand at the right of their columns; nothing stands behind the last text.
    private static func line(_ cells: [String], _ widths: [Int]) -> String {
        let padded = cells.indices.map { column in
            let padding = String(repeating: " ", count: widths[column] - cells[column].count)
            return (1...3).contains(column) ? padding + cells[column] : cells[column] + padding
        }
        return String(padded.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
    }
}
