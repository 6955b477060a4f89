/// What works on which kernel.
struct FeatureTable: CustomStringConvertible {
    private var columns: [(release: String, problems: [Feature: [String]])] = []

    /// - Parameter problems: by the features that were looked at; empty for one that works.
    mutating func add(_ release: String, _ problems: [Feature: [String]]) { columns.append((release, problems)) }

    var description: String {
        let rows = Feature.allCases.map { feature in
            [feature.rawValue] + columns.map { Self.word($0.problems[feature]) }
        }
        let table = [["feature"] + columns.map(\.release)] + rows
        let widths = (0...columns.count).map { column in table.map { $0[column].count }.max() ?? 0 }
        return table.map { row in
            zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ")
        }.joined(separator: "\n")
    }

    private static func word(_ problems: [String]?) -> String {
        guard let problems else { return "-" }
        return problems.isEmpty ? "yes" : "NO"
    }
}
