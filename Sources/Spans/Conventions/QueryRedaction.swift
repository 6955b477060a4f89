/// Replaces credentials in a URL query, as the semantic conventions ask for `url.query`: the key stays, its value becomes
/// `REDACTED`.
package struct QueryRedaction: Sendable {
    private let keys: Set<String>
    /// Those that were asked for.
    package let further: [String]

    /// The conventions' list, and the three that make an AWS signature version 4 URL usable.
    package static let standard = QueryRedaction()

    private static let conventional = [
        "AWSAccessKeyId", "Signature", "sig", "X-Goog-Signature", "X-Amz-Credential", "X-Amz-Security-Token",
        "X-Amz-Signature",
    ]

    /// - Parameter further: keys whose values are replaced as well, as servers read them: decoded, case-sensitive.
    package init(further: [String] = []) {
        keys = Set(Self.conventional + further)
        self.further = further
    }

    private func isSensitive(_ key: String) -> Bool { keys.contains(key) }

    /// Works on bytes: to Swift, an equals sign followed by a combining mark is another character.
    package func redacted(_ query: String) -> String {
        let parameters = query.utf8.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false)
        guard parameters.contains(where: { isSensitive(Self.key(of: $0)) }) else { return query }
        return parameters.map { parameter in
            guard isSensitive(Self.key(of: parameter)), let equals = parameter.firstIndex(of: UInt8(ascii: "=")) else {
                return String(Substring(parameter))
            }
            return Substring(parameter[...equals]) + "REDACTED"
        }.joined(separator: "&")
    }

    /// As the server reads it: percent-decoded, so that escaping a letter of the key hides nothing.
    private static func key(of parameter: Substring.UTF8View) -> String {
        let raw = parameter.prefix { $0 != UInt8(ascii: "=") }
        guard raw.contains(UInt8(ascii: "%")), let decoded = PercentEncoding.decode(raw) else {
            return String(Substring(raw))
        }
        return String(decoding: decoded, as: UTF8.self)
    }
}
