/// A header that is sent with every request. Its value is taken to be secret.
package struct OTLPHeader: Hashable, Sendable {
    package let name: String
    let value: String

    /// What nodespan sets itself, or HTTP does.
    private static let reserved: Set<String> = [
        "connection", "content-encoding", "content-length", "content-type", "host", "te", "trailer",
        "transfer-encoding",
        "upgrade",
    ]

    /// - Parameter text: `NAME=VALUE`.
    package init(_ text: String) throws(OTLPHeaderError) {
        guard let equals = text.utf8.firstIndex(of: UInt8(ascii: "=")) else { throw .missingEquals }
        let name = String(text[..<equals])
        guard !name.isEmpty, name.utf8.allSatisfy(Self.isTokenByte) else { throw .invalidName }
        guard !Self.reserved.contains(name.lowercased()) else { throw .reserved(name) }
        let value = text[text.utf8.index(after: equals)...]
        guard value.utf8.allSatisfy({ (0x20...0x7e).contains($0) || $0 == 0x09 }) else { throw .invalidValue(name) }
        self.name = name
        self.value = String(value)
    }

    /// RFC 9110, section 5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}

/// Why a text is no header. Descriptions never show a value.
package enum OTLPHeaderError: Error, Hashable {
    case missingEquals
    case invalidName
    case invalidValue(String)
    case reserved(String)
}

extension OTLPHeaderError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missingEquals: "a header is to be given as NAME=VALUE"
        case .invalidName: "what stands before the '=' is no name of an HTTP header"
        case .invalidValue(let name): "the value of the header \(name) has bytes that HTTP doesn't allow"
        case .reserved(let name): "the header \(name) can't be set: nodespan sets it itself"
        }
    }
}
