/// Numbers with a unit, within bounds. What isn't one counts as absent, with the complaint.
extension ConfigurationSection {
    private static let times: [(unit: String, length: Duration)] = [
        ("ms", .milliseconds(1)), ("s", .seconds(1)), ("m", .seconds(60)), ("h", .seconds(3600)),
    ]
    private static let sizes: [(unit: String, bytes: Int)] = [
        ("", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40),
    ]

    /// Such as "500ms", "5s", "2m", "1h".
    func duration(_ key: String, within range: ClosedRange<Duration>) -> Duration? {
        guard let text = text(key) else { return nil }
        let found = Self.parts(text).flatMap { number, unit in
            Self.times.first { $0.unit == unit }.map { $0.length * number }
        }
        if let found, range.contains(found) { return found }
        complain(
            key,
            "is to be a time from \(Self.text(range.lowerBound)) to \(Self.text(range.upperBound)), such as 500ms or 2m"
        )
        return nil
    }

    /// Bytes, such as "65536", "8MiB".
    func size(_ key: String, within range: ClosedRange<Int>) -> Int? {
        guard let text = text(key) else { return nil }
        let found = Self.parts(text).flatMap { number, unit in
            Self.sizes.first { $0.unit == unit }.map { number.multipliedReportingOverflow(by: $0.bytes) }
        }
        if let found, !found.overflow, range.contains(found.partialValue) { return found.partialValue }
        complain(
            key,
            "is to be a number of bytes from \(Self.text(range.lowerBound)) to \(Self.text(range.upperBound)), such as 8MiB"
        )
        return nil
    }

    func number(_ key: String, within range: ClosedRange<Int>) -> Int? {
        guard let text = text(key) else { return nil }
        if let number = Int(text), range.contains(number) { return number }
        complain(key, "is to be a number from \(range.lowerBound) to \(range.upperBound)")
        return nil
    }

    /// As it is written in the file: in the largest unit that is enough.
    static func text(_ time: Duration) -> String {
        let fitting = times.last { time != .zero && $0.length * Int((time / $0.length).rounded(.down)) == time }
        guard let fitting else { return "0s" }
        return "\(Int(time / fitting.length))\(fitting.unit)"
    }

    /// As `text` of a time, of bytes.
    static func text(_ size: Int) -> String {
        let fitting = sizes.last { size != 0 && size.isMultiple(of: $0.bytes) } ?? sizes[0]
        return "\(size / fitting.bytes)\(fitting.unit)"
    }

    private static func parts(_ text: String) -> (number: Int, unit: String)? {
        let digits = text.prefix { ("0"..."9").contains($0) }
        guard digits.count <= 15, let number = Int(digits) else { return nil }
        return (number, String(text[digits.endIndex...]))
    }
}
