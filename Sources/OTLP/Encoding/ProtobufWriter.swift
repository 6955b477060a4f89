/// Writes Protocol Buffers' binary format (protobuf.dev, "Encoding") at the end of a byte buffer.
///
/// Numbers and texts that have the default value are left out, as proto3 does, unless asked for; what is written in the
/// order of the field numbers is byte for byte what Google's implementation makes of it.
struct ProtobufWriter: Sendable {
    private(set) var bytes: [UInt8]

    init(capacity: Int) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    mutating func varint(_ field: UInt64, _ value: UInt64, evenIfDefault: Bool = false) {
        if value == 0 && !evenIfDefault { return }
        append(varint: field << 3 | WireType.varint.rawValue)
        append(varint: value)
    }

    mutating func fixed64(_ field: UInt64, _ value: UInt64, evenIfDefault: Bool = false) {
        if value == 0 && !evenIfDefault { return }
        append(varint: field << 3 | WireType.fixed64.rawValue)
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func fixed32(_ field: UInt64, _ value: UInt32) {
        if value == 0 { return }
        append(varint: field << 3 | WireType.fixed32.rawValue)
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Big-endian numbers, one behind the other, as a field of bytes.
    mutating func bytes(_ field: UInt64, _ first: UInt64, _ second: UInt64? = nil) {
        header(field, length: second == nil ? 8 : 16)
        withUnsafeBytes(of: first.bigEndian) { bytes.append(contentsOf: $0) }
        if let second { withUnsafeBytes(of: second.bigEndian) { bytes.append(contentsOf: $0) } }
    }

    mutating func string(_ field: UInt64, _ text: String, evenIfDefault: Bool = false) {
        if text.isEmpty && !evenIfDefault { return }
        header(field, length: text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }

    /// A message that was encoded already.
    mutating func message(_ field: UInt64, _ content: [UInt8]) {
        header(field, length: content.count)
        bytes.append(contentsOf: content)
    }

    /// A message, of which `write` writes the fields. Most are shorter than 128 bytes, whose length takes one byte: that is
    /// kept free, and what is longer moves up.
    mutating func message(_ field: UInt64, _ write: (inout ProtobufWriter) -> Void) {
        header(field, length: 0)
        let start = bytes.count
        write(&self)
        var length = UInt64(bytes.count - start)
        let extra = Self.size(ofVarint: length) - 1
        if extra > 0 { bytes.insert(contentsOf: repeatElement(0, count: extra), at: start) }
        for position in start - 1..<start - 1 + extra {
            bytes[position] = UInt8(truncatingIfNeeded: length) | 0x80
            length >>= 7
        }
        bytes[start - 1 + extra] = UInt8(truncatingIfNeeded: length)
    }

    /// What stands before a field of `length` bytes.
    private mutating func header(_ field: UInt64, length: Int) {
        append(varint: field << 3 | WireType.lengthDelimited.rawValue)
        append(varint: UInt64(length))
    }

    private static func size(ofVarint value: UInt64) -> Int {
        max(1, (70 - value.leadingZeroBitCount) / 7)
    }

    private mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }
}

/// How a field's value is laid out.
enum WireType: UInt64 {
    case varint = 0
    case fixed64 = 1
    case lengthDelimited = 2
    case fixed32 = 5
}
