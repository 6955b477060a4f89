/// Checks a tracestate by the grammar of W3C Trace Context (Recommendation), section 3.3.1.
enum TraceState {
    private static let memberLimit = 32

    /// The list without optional white space and empty members, or empty when any part of it is invalid: the
    /// specification lets a vendor keep nothing then.
    ///
    /// - Parameter isTruncated: the text was cut somewhere; its last member is dropped, since its end is unknown.
    static func normalized(_ text: String, isTruncated: Bool) -> String {
        if text.isEmpty { return "" }
        var members = text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        if isTruncated { members.removeLast() }
        var kept: [Substring] = []
        var keys: [Substring] = []
        for member in members {
            let trimmed = trim(member)
            if trimmed.isEmpty { continue }
            guard let equals = trimmed.firstIndex(of: UInt8(ascii: "=")) else { return "" }
            let key = trimmed[..<equals]
            let value = trimmed[trimmed.index(after: equals)...]
            guard isKey(key), isValue(value), !keys.contains(Substring(key)) else { return "" }
            keys.append(Substring(key))
            kept.append(Substring(trimmed))
        }
        guard kept.count <= memberLimit else { return "" }
        return kept.joined(separator: ",")
    }

    private static func trim(_ member: Substring.UTF8View) -> Substring.UTF8View {
        let start = member.firstIndex { !isBlank($0) } ?? member.endIndex
        let end = member.lastIndex { !isBlank($0) }.map(member.index(after:)) ?? start
        return member[start..<end]
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }

    /// A simple key of at most 256 characters, or tenant (241) "@" system (14).
    private static func isKey(_ key: Substring.UTF8View) -> Bool {
        guard let at = key.firstIndex(of: UInt8(ascii: "@")) else {
            return key.count <= 256 && key.first.map(isLetter) == true && key.allSatisfy(isKeyCharacter)
        }
        let tenant = key[..<at]
        let system = key[key.index(after: at)...]
        return tenant.count <= 241 && tenant.first.map { isLetter($0) || isDigit($0) } == true
            && tenant.allSatisfy(isKeyCharacter)
            && system.count <= 14 && system.first.map(isLetter) == true && system.allSatisfy(isKeyCharacter)
    }

    /// 1 to 256 printable ASCII characters but comma and equals sign; trimming has seen to its last not being a space.
    private static func isValue(_ value: Substring.UTF8View) -> Bool {
        (1...256).contains(value.count)
            && value.allSatisfy { (0x20...0x7e).contains($0) && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "=") }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isKeyCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "*"), UInt8(ascii: "/"): true
        default: isLetter(byte) || isDigit(byte)
        }
    }
}
