import Workloads

/// Reads variables of an environment: the first counts that isn't empty and is valid; what is invalid is said, and counts as
/// unset (OpenTelemetry specification, "Environment Variable Specification").
struct VariableReader {
    private let environment: [String: String]
    private(set) var notices: [SettingNotice] = []

    /// Bytes of a value that is one word.
    private static let limit = 256

    init(_ environment: [String: String]) {
        self.environment = environment
    }

    func text(_ names: [String]) -> String? { first(names)?.value }

    /// Blanks around it, and the case of letters, don't count.
    mutating func choice<Value>(_ names: [String], of values: [String: Value], or instead: String) -> Value? {
        read(names, expected: values.keys.sorted().joined(separator: " or "), or: instead) { text in
            values[text.lowercased()]
        }
    }

    mutating func flag(_ names: [String], or instead: String) -> Bool? {
        choice(names, of: ["true": true, "false": false], or: instead)
    }

    /// - Parameter limit: what is beyond it, and 0, which is to mean no limit at all, counts as the limit.
    mutating func milliseconds(_ names: [String], limit: Duration, or instead: String) -> Duration? {
        let number = read(names, expected: "a number of milliseconds", or: instead) { Self.number($0) }
        return number.map { $0 == 0 ? limit : min(.milliseconds($0), limit) }
    }

    /// At least 1.
    mutating func count(_ names: [String], limit: Int, or instead: String) -> Int? {
        read(names, expected: "a number above 0", or: instead) { text in
            Self.number(text).flatMap { $0 > 0 ? min($0, limit) : nil }
        }
    }

    /// The first that says anything, and its value.
    func first(_ names: [String]) -> (variable: String, value: String)? {
        for name in names {
            if let value = environment[name], !value.isEmpty { return (name, value) }
        }
        return nil
    }

    mutating func say(_ notice: SettingNotice) { notices.append(notice) }

    private mutating func read<Value>(
        _ names: [String], expected: String, or instead: String, _ value: (String) -> Value?
    ) -> Value? {
        for name in names {
            guard let text = environment[name], !text.isEmpty else { continue }
            let bare = text.utf8.count > Self.limit ? [] : text.split(whereSeparator: \.isWhitespace)
            if bare.count == 1, let value = value(String(bare[0])) { return value }
            say(.invalid(variable: name, value: text, expected: expected, instead: instead))
        }
        return nil
    }

    /// Digits alone; of more than fit, the most.
    private static func number(_ text: String) -> Int? {
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return min(Int(text) ?? .max, 1 << 40)
    }
}
