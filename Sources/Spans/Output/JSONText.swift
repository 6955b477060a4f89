/// Writes JSON (RFC 8259) into a byte buffer.
///
/// Escapes more than it must: DEL and the C1 control characters, so that a hostile text printed on a terminal as JSON
/// carries no control sequence.
package enum JSONText {
    /// JSON as it stands.
    package static func append(_ literal: StaticString, to buffer: inout [UInt8]) {
        literal.withUTF8Buffer { buffer.append(contentsOf: $0) }
    }

    /// An object; keys are written as they come.
    package static func append(_ attributes: [Attribute], to buffer: inout [UInt8]) {
        buffer.append(UInt8(ascii: "{"))
        var isFirst = true
        for attribute in attributes {
            if !isFirst { buffer.append(UInt8(ascii: ",")) }
            isFirst = false
            append(quoted: attribute.key, to: &buffer)
            buffer.append(UInt8(ascii: ":"))
            append(attribute.value, to: &buffer)
        }
        buffer.append(UInt8(ascii: "}"))
    }

    /// An attribute's value.
    package static func append(_ value: AttributeValue, to buffer: inout [UInt8]) {
        switch value {
        case .string(let text): append(quoted: text, to: &buffer)
        case .int(let number): append(signed: number, to: &buffer)
        case .double(let number): append(number, to: &buffer)
        case .bool(let flag): append(flag ? "true" : "false", to: &buffer)
        case .strings(let texts):
            buffer.append(UInt8(ascii: "["))
            var isFirst = true
            for text in texts {
                if !isFirst { buffer.append(UInt8(ascii: ",")) }
                isFirst = false
                append(quoted: text, to: &buffer)
            }
            buffer.append(UInt8(ascii: "]"))
        }
    }

    /// Infinities and NaN, which JSON has no number for, become strings as in Protobuf's JSON mapping.
    package static func append(_ number: Double, to buffer: inout [UInt8]) {
        if number.isFinite {
            buffer.append(contentsOf: number.description.utf8)
        } else {
            append(number.isNaN ? "\"NaN\"" : number > 0 ? "\"Infinity\"" : "\"-Infinity\"", to: &buffer)
        }
    }

    /// An integer.
    package static func append(signed number: Int64, to buffer: inout [UInt8]) {
        if number < 0 { buffer.append(UInt8(ascii: "-")) }
        append(decimal: number.magnitude, to: &buffer)
    }

    /// An integer.
    package static func append(decimal number: UInt64, to buffer: inout [UInt8]) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var position = digits.count
            var rest = number
            repeat {
                position -= 1
                digits[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            buffer.append(contentsOf: UnsafeBufferPointer(rebasing: digits[position...]))
        }
    }

    /// 16 lower-case digits.
    package static func append(hexadecimal number: UInt64, to buffer: inout [UInt8]) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16) { digits in
            var rest = number
            for position in (0..<16).reversed() {
                digits[position] = hexadecimalDigit(UInt8(truncatingIfNeeded: rest & 0xf))
                rest >>= 4
            }
            buffer.append(contentsOf: UnsafeBufferPointer(digits))
        }
    }

    /// A string, with its quotation marks.
    package static func append(quoted text: String, to buffer: inout [UInt8]) {
        buffer.append(UInt8(ascii: "\""))
        let isContiguous: Void? = text.utf8.withContiguousStorageIfAvailable { append(escaping: $0, to: &buffer) }
        if isContiguous == nil {
            Array(text.utf8).withUnsafeBufferPointer { append(escaping: $0, to: &buffer) }
        }
        buffer.append(UInt8(ascii: "\""))
    }

    private static func append(escaping bytes: UnsafeBufferPointer<UInt8>, to buffer: inout [UInt8]) {
        var copied = 0
        var position = 0
        while position < bytes.count {
            let byte = bytes[position]
            if byte >= 0x20, byte < 0x7f || byte > 0xc2, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
                position += 1
                continue
            }
            let (code, length) = controlCode(in: bytes, at: position)
            guard let code else {
                position += length
                continue
            }
            buffer.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[copied..<position]))
            appendEscape(of: code, to: &buffer)
            position += length
            copied = position
        }
        buffer.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[copied...]))
    }

    /// The character to escape that begins at a position, or nil for one to pass on, and how many bytes it takes.
    private static func controlCode(in bytes: UnsafeBufferPointer<UInt8>, at position: Int) -> (UInt8?, length: Int) {
        let byte = bytes[position]
        if byte < 0x80 { return (byte, 1) }
        // U+0080 to U+009F, the C1 controls, are 0xC2 followed by their own number.
        guard byte == 0xc2, position + 1 < bytes.count, bytes[position + 1] < 0xa0 else { return (nil, 1) }
        return (bytes[position + 1], 2)
    }

    private static func appendEscape(of code: UInt8, to buffer: inout [UInt8]) {
        switch code {
        case UInt8(ascii: "\""): append("\\\"", to: &buffer)
        case UInt8(ascii: "\\"): append("\\\\", to: &buffer)
        case UInt8(ascii: "\n"): append("\\n", to: &buffer)
        case UInt8(ascii: "\r"): append("\\r", to: &buffer)
        case UInt8(ascii: "\t"): append("\\t", to: &buffer)
        default:
            append("\\u00", to: &buffer)
            buffer.append(hexadecimalDigit(code >> 4))
            buffer.append(hexadecimalDigit(code & 0xf))
        }
    }

    private static func hexadecimalDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
