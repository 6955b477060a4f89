/// Reads OTEL_RESOURCE_ATTRIBUTES: `key=value` pairs with commas between, percent-encoded (OpenTelemetry specification,
/// Resource SDK, "Specifying resource information via an environment variable").
enum ResourceVariable {
    /// Bytes. The text repeats in everything that is exported, and the kernel alone would let it have 128 KB; W3C Baggage,
    /// whose format it borrows, sets the same limit.
    static let sizeLimit = 8192

    /// In the order of the text; of a key that stands twice, the later value.
    ///
    /// Empty members, as a trailing comma makes, are passed over. An equals sign within a value is taken as it is,
    /// which OpenTelemetry's Go SDK allows too.
    static func attributes(of text: String) throws(ResourceVariableError) -> [(key: String, value: String)] {
        guard text.utf8.count <= sizeLimit else {
            throw .tooLong(variable: "OTEL_RESOURCE_ATTRIBUTES", size: text.utf8.count, limit: sizeLimit)
        }
        var attributes: [(key: String, value: String)] = []
        for member in text.utf8.split(separator: UInt8(ascii: ",")) {
            if member.allSatisfy(isBlank) { continue }
            let shown = String(Substring(member))
            guard let equals = member.firstIndex(of: UInt8(ascii: "=")) else { throw .missingEquals(shown) }
            guard let key = decode(member[..<equals]), let value = decode(member[member.index(after: equals)...]) else {
                throw .invalidEncoding(shown)
            }
            guard !key.isEmpty else { throw .emptyKey(shown) }
            attributes.removeAll { $0.key == key }
            attributes.append((key, value))
        }
        return attributes
    }

    private static func decode(_ text: Substring.UTF8View) -> String? {
        let start = text.firstIndex { !isBlank($0) } ?? text.endIndex
        let end = text.lastIndex { !isBlank($0) }.map(text.index(after:)) ?? start
        return PercentEncoding.decode(text[start..<end]).flatMap { String(validating: $0, as: UTF8.self) }
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }
}
