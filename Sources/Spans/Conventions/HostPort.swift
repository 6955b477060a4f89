/// A host and a port as they stand in a Host header or in what net.Conn.RemoteAddr prints.
struct HostPort: Equatable {
    /// A name, an IPv4 address, or an IPv6 address without brackets, its zone kept.
    var host: String
    /// Absent when none was given or when it is no port number.
    var port: UInt16?

    /// Splits `host`, `host:port`, `[v6]`, `[v6]:port` and a bare IPv6 address. Nil when there is no host. What is before
    /// an @ is a user's, and no part of them (RFC 3986, section 3.2).
    init?(_ text: String) {
        let text = text.utf8.lastIndex(of: UInt8(ascii: "@")).map { text[text.utf8.index(after: $0)...] } ?? text[...]
        let bytes = text.utf8
        if bytes.first == UInt8(ascii: "["), let end = bytes.firstIndex(of: UInt8(ascii: "]")) {
            host = String(text[bytes.index(after: bytes.startIndex)..<end])
            port = Self.port(text[bytes.index(after: end)...])
        } else if let colon = bytes.lastIndex(of: UInt8(ascii: ":")) {
            let isBareIPv6 = bytes[..<colon].contains(UInt8(ascii: ":"))
            host = String(isBareIPv6 ? text : text[..<colon])
            port = isBareIPv6 ? nil : Self.port(text[colon...])
        } else {
            host = String(text)
            port = nil
        }
        if host.isEmpty { return nil }
    }

    /// ":8080" → 8080.
    private static func port(_ text: Substring) -> UInt16? {
        guard text.utf8.first == UInt8(ascii: ":") else { return nil }
        let digits = text.utf8.dropFirst()
        guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return UInt16(Substring(digits)).flatMap { $0 == 0 ? nil : $0 }
    }
}
