/// Replaces credentials in a URL query, as the semantic conventions ask for `url.query`: the key stays, its value becomes
/// `REDACTED`.
package struct QueryRedaction: Sendable {
    private let keys: Set<String>
    /// Those that were asked for.
    package let further: [String]

    /// The conventions' list, the three that make an AWS signature version 4 URL usable, and the token of RFC 6750,
    /// section 2.3.
    package static let standard = QueryRedaction()

    private static let conventional = [
        "AWSAccessKeyId", "Signature", "sig", "X-Goog-Signature", "X-Amz-Credential", "X-Amz-Security-Token",
        "X-Amz-Signature", "access_token",
    ]

    /// - Parameter further: keys whose values are replaced as well, as servers read them: decoded, case-sensitive.
    package init(further: [String] = []) {
        keys = Set(Self.conventional + further)
        self.further = further
    }

    /// Works on bytes: to Swift, an equals sign followed by a combining mark is another character.
    ///
    /// Parameters are between ampersands. Some servers take a semicolon for one as well: behind a secret's key that
    /// follows a semicolon, all is replaced up to the next ampersand, since nobody knows where the secret ends.
    package func redacted(_ query: String) -> String {
        let parameters = query.utf8.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false)
        return parameters.map { parameter in
            guard let secret = secret(in: parameter) else { return String(Substring(parameter)) }
            return Substring(parameter[..<secret]) + "REDACTED"
        }.joined(separator: "&")
    }

    /// Where the value of the first sensitive key begins.
    private func secret(in parameter: Substring.UTF8View) -> Substring.UTF8View.Index? {
        var part = parameter
        while true {
            let key = part.prefix { $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: ";") }
            if key.endIndex < part.endIndex, part[key.endIndex] == UInt8(ascii: "="), keys.contains(Self.decoded(key)) {
                return part.index(after: key.endIndex)
            }
            guard let semicolon = part.firstIndex(of: UInt8(ascii: ";")) else { return nil }
            part = part[part.index(after: semicolon)...]
        }
    }

    /// As the server reads it, so that escaping a letter of the key hides nothing (net/url/url.go, `QueryUnescape`).
    private static func decoded(_ key: Substring.UTF8View) -> String {
        let spaced = key.lazy.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 }
        return String(decoding: PercentEncoding.decode(spaced) ?? Array(key), as: UTF8.self)
    }
}
