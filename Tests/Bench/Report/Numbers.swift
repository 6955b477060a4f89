extension [Double] {
    /// The middle one, or the mean of the two in the middle; not a number when there are none.
    var median: Double {
        guard !isEmpty else { return .nan }
        let ordered = sorted()
        let middle = count / 2
        return count.isMultiple(of: 2) ? (ordered[middle - 1] + ordered[middle]) / 2 : ordered[middle]
    }
}

extension Double {
    /// In decimal, with so many digits behind the point.
    func text(places: Int) -> String {
        guard isFinite else { return "\(self)" }
        let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
        let digits = String(Int64((magnitude * scale).rounded()))
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        let sign = self < 0 ? "-" : ""
        return places == 0 ? sign + padded : sign + padded.dropLast(places) + "." + padded.suffix(places)
    }
}
