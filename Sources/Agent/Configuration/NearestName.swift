/// Which of the known names somebody probably meant.
enum NearestName {
    /// Nil when none is near: at most a third of the letters differ, case aside.
    static func find(_ name: String, among known: [String]) -> String? {
        let distances = known.map { (name: $0, distance: distance(Array(name.lowercased()), Array($0.lowercased()))) }
        guard let nearest = distances.min(by: { $0.distance < $1.distance }) else { return nil }
        return nearest.distance * 3 <= max(name.count, nearest.name.count) ? nearest.name : nil
    }

    /// Letters to insert, remove or replace (Levenshtein).
    private static func distance(_ first: [Character], _ second: [Character]) -> Int {
        var row = Array(0...second.count)
        for (index, letter) in first.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (other, candidate) in second.enumerated() {
                let replaced = diagonal + (letter == candidate ? 0 : 1)
                diagonal = row[other + 1]
                row[other + 1] = min(replaced, row[other] + 1, diagonal + 1)
            }
        }
        return row[second.count]
    }
}
