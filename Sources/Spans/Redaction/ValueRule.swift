/// What is replaced in texts, wherever it stands: a kind of secret, or a pattern in which each `*` stands for up to 256
/// letters, digits and characters of `-._~+/=%`. A regular expression could be made to run for hours by whoever writes the
/// text.
package struct ValueRule: Hashable, Sendable {
    package static let standardReplacement = "REDACTED"

    /// As it is written.
    package let pattern: String
    package let replacement: String
    private let kind: SecretKind?
    /// The pattern's texts, between its stars; the first isn't empty.
    private let parts: [[UInt8]]

    /// Bytes that a star stands for at most.
    private static let runLimit = 256

    /// Nil for a pattern that is empty, or begins with a star.
    /// - Parameter pattern: the name of a `SecretKind`, or else a text.
    package init?(pattern: String, replacement: String = standardReplacement) {
        self.pattern = pattern
        self.replacement = replacement
        kind = SecretKind(rawValue: pattern)
        parts = pattern.utf8.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false).map(Array.init)
        if parts[0].isEmpty { return nil }
    }

    /// Nil for a text that has nothing to be replaced.
    func redacted(_ text: String) -> String? {
        var text = text
        let bytes: [UInt8]? = text.withUTF8 { text in
            var (result, copied) = ([UInt8](), 0)
            while let found = first(in: text, from: copied) {
                result += text[copied..<found.lowerBound]
                result += replacement.utf8
                copied = found.upperBound
            }
            return copied == 0 ? nil : result + text[copied...]
        }
        return bytes.map { String(decoding: $0, as: UTF8.self) }
    }

    private func first(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Range<Int>? {
        if let kind { return kind.first(in: text, from: start) }
        for place in start..<max(start, text.count) where text[place] == parts[0][0] {
            if let end = end(in: text, at: place) { return place..<end }
        }
        return nil
    }

    /// Where the pattern ends that begins at a place.
    private func end(in text: UnsafeBufferPointer<UInt8>, at place: Int) -> Int? {
        guard has(parts[0], in: text, at: place) else { return nil }
        var end = place + parts[0].count
        for (index, part) in parts.enumerated().dropFirst() {
            let limit = min(text.count, end + Self.runLimit)
            if part.isEmpty {
                // The last star takes all; one before another, nothing.
                guard index == parts.count - 1 else { continue }
                while end < limit, Self.isRun(text[end]) { end += 1 }
                continue
            }
            var at = end
            while !has(part, in: text, at: at) {
                guard at < limit, Self.isRun(text[at]) else { return nil }
                at += 1
            }
            end = at + part.count
        }
        return end
    }

    private func has(_ part: [UInt8], in text: UnsafeBufferPointer<UInt8>, at place: Int) -> Bool {
        guard place + part.count <= text.count else { return false }
        for index in part.indices where text[place + index] != part[index] { return false }
        return true
    }

    private static func isRun(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte >= 0x80
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-._~+/=%".utf8.contains(byte)
    }
}
