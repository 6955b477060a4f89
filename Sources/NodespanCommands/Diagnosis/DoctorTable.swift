import Agent

/// What `doctor` prints for people: a line a check, the remedy below it, and the verdict.
struct DoctorTable {
    private let diagnosis: Diagnosis
    private let style: TextStyle

    init(_ diagnosis: Diagnosis, style: TextStyle) {
        self.diagnosis = diagnosis
        self.style = style
    }

    var text: String {
        let idWidth = diagnosis.results.map(\.id.count).max() ?? 0
        var lines: [String] = []
        for (index, result) in diagnosis.results.enumerated() {
            let status = result.status.rawValue
            let head =
                style.coloured(status, Self.colour(of: result.status)) + "  " + result.id.padded(to: idWidth) + "  "
            let indent = status.count + 2 + idWidth + 2
            lines += style.paragraph(result.message, head: head, indent: indent)
            // Once for neighbours that share it.
            let next = index + 1 < diagnosis.results.count ? diagnosis.results[index + 1].remedy : ""
            if !result.remedy.isEmpty, result.remedy != next {
                let arrow = String(repeating: " ", count: indent) + "→ "
                lines += style.paragraph(result.remedy, head: arrow, indent: indent + 2)
            }
        }
        lines += ["", verdict, counts]
        return lines.joined(separator: "\n")
    }

    private var counts: String {
        let counts = [CheckResult.Status.pass, .warn, .fail, .skip].compactMap { status -> String? in
            let count = diagnosis.results.count { $0.status == status }
            return count == 0 ? nil : "\(count) \(Self.word(for: status, count))"
        }
        return counts.joined(separator: ", ")
    }

    private var verdict: String {
        switch diagnosis.verdict {
        case .good: style.coloured("nodespan can trace here", .green)
        case .failed: style.coloured("nodespan can't trace here", .red)
        case .notPermitted: style.coloured("rights are missing, to trace or to tell", .yellow)
        }
    }

    private static func word(for status: CheckResult.Status, _ count: Int) -> String {
        switch status {
        case .pass: "passed"
        case .warn: count == 1 ? "warning" : "warnings"
        case .fail: "failed"
        case .skip: "skipped"
        }
    }

    private static func colour(of status: CheckResult.Status) -> TextStyle.Colour {
        switch status {
        case .pass: .green
        case .warn: .yellow
        case .fail: .red
        case .skip: .dim
        }
    }
}
