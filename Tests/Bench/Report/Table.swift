/// The report, as text in columns.
struct Table {
    let measurements: [Measurement]

    var text: String {
        let head = ["", "measured", "rounds", "budget", "verdict"]
        let rows = measurements.map { [$0.name, $0.measuredText, $0.rangeText, $0.budgetText, $0.verdict.rawValue] }
        let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
        let lines = ([head] + rows).map { row in
            row.indices.map { column in
                let padding = String(repeating: " ", count: widths[column] - row[column].count)
                return (1...3).contains(column) ? padding + row[column] : row[column] + padding
            }.joined(separator: "  ")
        }
        return lines.map { line in String(line.reversed().drop { $0 == " " }.reversed()) }.joined(separator: "\n")
    }
}
