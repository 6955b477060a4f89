/// Amounts as the configuration has them: a number and its unit.
enum ConfigurationAmount {
    private static let times: [(unit: String, milliseconds: Int)] = [
        ("h", 3_600_000), ("m", 60_000), ("ms", 1), ("s", 1000),
    ]
    private static let sizes: [(unit: String, bytes: Int)] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]

    /// "500ms", "10s", "5m", "1h"; nil for a text of another form.
    static func duration(_ text: String) -> Duration? {
        number(text, times.map { ($0.unit, $0.milliseconds) }).map { .milliseconds($0) }
    }

    /// Bytes: "64KiB", "100MiB", "1GiB", or a number of bytes; nil for a text of another form.
    static func bytes(_ text: String) -> Int? { number(text, sizes.map { ($0.unit, $0.bytes) } + [("", 1)]) }

    /// As `duration` reads it; fractions of a millisecond are left out.
    static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        return milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
    }

    /// As `bytes` reads it.
    static func text(bytes: Int) -> String {
        let size = sizes.first { bytes >= $0.bytes && bytes % $0.bytes == 0 }
        return size.map { "\(bytes / $0.bytes)\($0.unit)" } ?? "\(bytes)"
    }

    private static func number(_ text: String, _ units: [(String, Int)]) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let unit = units.first(where: { $0.0 == text.dropFirst(digits.count) }), let number = Int(digits) else {
            return nil
        }
        let (product, isTooLarge) = number.multipliedReportingOverflow(by: unit.1)
        return isTooLarge ? nil : product
    }
}

extension ConfigurationSection {
    func duration(_ key: String, in range: ClosedRange<Duration>) -> Duration? {
        amount(key, "a time such as 500ms, 10s or 5m", in: range, ConfigurationAmount.duration) {
            ConfigurationAmount.text($0)
        }
    }

    func bytes(_ key: String, in range: ClosedRange<Int>) -> Int? {
        amount(key, "a size such as 64KiB or 100MiB", in: range, ConfigurationAmount.bytes) {
            ConfigurationAmount.text(bytes: $0)
        }
    }

    func count(_ key: String, in range: ClosedRange<Int>) -> Int? {
        amount(key, "a number", in: range, { Int($0) }, { "\($0)" })
    }

    private func amount<Amount: Comparable>(
        _ key: String, _ kind: String, in range: ClosedRange<Amount>, _ read: (String) -> Amount?,
        _ shown: (Amount) -> String
    ) -> Amount? {
        guard let text = text(key) else { return nil }
        if let amount = read(text), range.contains(amount) { return amount }
        complain(key, "is to be \(kind), from \(shown(range.lowerBound)) to \(shown(range.upperBound))")
        return nil
    }
}
