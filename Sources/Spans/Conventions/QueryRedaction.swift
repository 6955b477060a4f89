/// Replaces credentials in a URL query, as the semantic conventions ask for `url.query`: the key stays, its value becomes
/// `REDACTED`.
enum QueryRedaction {
    /// The conventions' list, and the three that make an AWS signature version 4 URL usable.
    private static func isSensitive(_ key: String) -> Bool {
        switch key {
        case "AWSAccessKeyId", "Signature", "sig", "X-Goog-Signature": true
        case "X-Amz-Credential", "X-Amz-Security-Token", "X-Amz-Signature": true
        default: false
        }
    }

    /// Works on bytes: to Swift, an equals sign followed by a combining mark is another character.
    static func redacted(_ query: String) -> String {
        let parameters = query.utf8.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false)
        guard parameters.contains(where: { isSensitive(key(of: $0)) }) else { return query }
        return parameters.map { parameter in
            guard isSensitive(key(of: parameter)), let equals = parameter.firstIndex(of: UInt8(ascii: "=")) else {
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
