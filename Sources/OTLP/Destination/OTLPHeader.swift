/// A header that is sent with every request. Its value is taken to be secret.
package struct OTLPHeader: Hashable, Sendable {
    package let name: String
    let value: String

    /// What nodespan sets itself, or HTTP does.
    private static let reserved: Set<String> = [
        "connection", "content-encoding", "content-length", "content-type", "host", "keep-alive", "proxy-connection",
        "te",
        "trailer", "transfer-encoding", "upgrade",
    ]

    /// - Parameter text: `NAME=VALUE`.
    package init(_ text: String) throws(OTLPHeaderError) {
        guard let equals = text.utf8.firstIndex(of: UInt8(ascii: "=")) else { throw .missingEquals }
        let name = String(text[..<equals])
        guard !name.isEmpty, name.utf8.allSatisfy(Self.isTokenByte) else { throw .invalidName }
        let key = name.lowercased()
        // Those of gRPC's own (PROTOCOL-HTTP2.md, "Custom-Metadata").
        guard !Self.reserved.contains(key), !key.hasPrefix("grpc-") else { throw .reserved(name) }
        let value = text[text.utf8.index(after: equals)...]
        guard value.utf8.allSatisfy({ (0x20...0x7e).contains($0) || $0 == 0x09 }) else { throw .invalidValue(name) }
        self.name = name
        self.value = String(value)
    }

    /// - Parameter text: a member of OTEL_EXPORTER_OTLP_HEADERS: blanks around name and value don't count, and the value is
    ///   percent-encoded (OpenTelemetry specification, OTLP Exporter, "Specifying headers via environment variables").
    package init(variableMember text: some StringProtocol) throws(OTLPHeaderError) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { part in
            let beginning = part.drop { $0 == " " || $0 == "\t" }
            return String(beginning.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
        }
        guard parts.count == 2 else { throw .missingEquals }
        // What is no encoding is taken as it stands.
        try self.init("\(parts[0])=\(Self.decoded(parts[1]) ?? parts[1])")
    }

    /// Nil for what isn't percent-encoded text.
    private static func decoded(_ text: String) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16), rest.count >= 2,
                rest.first != UInt8(ascii: "+")
            else { return nil }
            bytes.append(code)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
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
