/// Reads the fields of one message in Protocol Buffers' binary format. The bytes come from a stranger: whatever isn't
/// a whole field of a known layout is an error, and nothing is read beyond the end.
struct ProtobufReader {
    /// A field's value as far as its layout tells.
    enum Value: Equatable {
        case number(UInt64)
        case bytes(ArraySlice<UInt8>)
    }

    struct Malformed: Error {}

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    /// The next field, or nil at the end.
    mutating func next() throws(Malformed) -> (field: UInt64, value: Value)? {
        if rest.isEmpty { return nil }
        let key = try varint()
        guard key >> 3 > 0, let type = WireType(rawValue: key & 7) else { throw Malformed() }
        switch type {
        case .varint: return (key >> 3, .number(try varint()))
        case .fixed64: return (key >> 3, .number(try fixed(8)))
        case .fixed32: return (key >> 3, .number(try fixed(4)))
        case .lengthDelimited:
            let length = try varint()
            guard length <= UInt64(rest.count) else { throw Malformed() }
            return (key >> 3, .bytes(take(Int(length))))
        }
    }

    private mutating func varint() throws(Malformed) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard let byte = rest.popFirst() else { throw Malformed() }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
        }
        throw Malformed()
    }

    private mutating func fixed(_ size: Int) throws(Malformed) -> UInt64 {
        guard rest.count >= size else { throw Malformed() }
        return take(size).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private mutating func take(_ count: Int) -> ArraySlice<UInt8> {
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
}
