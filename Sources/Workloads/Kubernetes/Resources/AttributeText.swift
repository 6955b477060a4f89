/// OTEL_RESOURCE_ATTRIBUTES: `key=value` pairs with commas between, percent-encoded (OpenTelemetry specification,
/// Resource SDK).
struct AttributeText {
    /// As it was given; empty where it is malformed, since then nobody may use it.
    let text: String
    /// The keys by which the OpenTelemetry Operator takes an attribute as given: those of pairs with one equals sign,
    /// as they stand (internal/instrumentation/sdk.go, `createResourceMap`).
    let keys: Set<String>
    let hasServiceName: Bool
    /// Why the text is left out.
    let problem: SettingNotice?

    /// Bytes: as many as nodespan reads of the variable.
    static let sizeLimit = 8192

    init(_ text: String) {
        let members = text.utf8.split(separator: UInt8(ascii: ",")).map { Self.trimmed($0) }.filter { !$0.isEmpty }
        let pairs = members.map { $0.split(separator: UInt8(ascii: "="), omittingEmptySubsequences: false) }
        let size = text.utf8.count
        let isTooLong = size > Self.sizeLimit
        problem =
            isTooLong
            ? .tooManyAttributes(size: size, limit: Self.sizeLimit)
            : members.first { !Self.isWellFormed($0) }.map { .malformedAttributes(member: String(Substring($0))) }
        let isUsable = problem == nil
        self.text = isUsable ? text : ""
        keys = isUsable ? Set(pairs.filter { $0.count == 2 }.map { String(Substring($0[0])) }) : []
        hasServiceName =
            isUsable
            && pairs.contains { pair in
                Self.trimmed(pair[0]).elementsEqual("service.name".utf8)
                    && pair.dropFirst().contains { !Self.trimmed($0).isEmpty }
            }
    }

    /// With more attributes behind it, as many as there is room for, and the keys of the rest. Behind, since of a key
    /// that stands twice the later value counts.
    func appending(_ attributes: [(key: String, value: String)]) -> (text: String, omitted: [String]) {
        var result = text
        var omitted: [String] = []
        for (key, value) in attributes {
            let member =
                (result.isEmpty || result.hasSuffix(",") ? "" : ",") + "\(Self.encoded(key))=\(Self.encoded(value))"
            if result.utf8.count + member.utf8.count <= Self.sizeLimit {
                result += member
            } else {
                omitted.append(key)
            }
        }
        return (result, omitted)
    }

    private static func isWellFormed(_ member: Substring.UTF8View) -> Bool {
        guard let equals = member.firstIndex(of: UInt8(ascii: "=")) else { return false }
        let key = trimmed(member[..<equals])
        guard !key.isEmpty else { return false }
        return [key, member[member.index(after: equals)...]].allSatisfy { part in
            var decoded: [UInt8] = []
            var bytes = part.makeIterator()
            while let byte = bytes.next() {
                guard byte == UInt8(ascii: "%") else {
                    decoded.append(byte)
                    continue
                }
                guard let high = bytes.next(), let low = bytes.next(), ASCII.isHexDigit(high), ASCII.isHexDigit(low),
                    let value = UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16)
                else { return false }
                decoded.append(value)
            }
            return String(validating: decoded, as: UTF8.self) != nil
        }
    }

    private static func encoded(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            if ASCII.isAlphanumeric(byte) || "-._~/:@+".utf8.contains(byte) {
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                encoded += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return encoded
    }

    private static func trimmed(_ text: Substring.UTF8View) -> Substring.UTF8View {
        let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        guard let first = text.firstIndex(where: { !isBlank($0) }), let last = text.lastIndex(where: { !isBlank($0) })
        else { return text.prefix(0) }
        return text[first...last]
    }
}
