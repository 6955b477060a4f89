/// Which of the known names somebody probably meant.
enum NearestName {
    /// Nil when none is near: at most a third of the letters differ, case aside.
    static func find(_ name: String, among known: [String]) -> String? {
        let distances = known.map { (name: $0, distance: distance(Array(name.lowercased()), Array($0.lowercased()))) }
        guard let nearest = distances.min(by: { $0.distance < $1.distance }) else { return nil }
        return nearest.distance * 3 <= max(name.count, nearest.name.count) ? nearest.name : nil
    }

    /// Letters to insert, to remove, to replace, or to swap with their neighbours (Damerau, Levenshtein).
    private static func distance(_ first: [Character], _ second: [Character]) -> Int {
        var rows = [Array(0...second.count)]
        for (index, letter) in first.enumerated() {
            var row = [index + 1]
            for (other, candidate) in second.enumerated() {
                var least = min(
                    rows[index][other] + (letter == candidate ? 0 : 1), rows[index][other + 1] + 1, row[other] + 1)
                if index > 0, other > 0, letter == second[other - 1], first[index - 1] == candidate {
                    least = min(least, rows[index - 1][other - 1] + 1)
                }
                row.append(least)
            }
            rows.append(row)
        }
        return rows[first.count][second.count]
    }
}
