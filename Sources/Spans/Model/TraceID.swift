/// The 16 bytes that all spans of one trace share (W3C Trace Context, section 3.2.2.3), as two big-endian halves.
package struct TraceID: Hashable, Sendable {
    /// Bytes 0 to 7.
    package let high: UInt64
    /// Bytes 8 to 15; ratio samplers decide by these.
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// All zeroes, which the specification forbids.
    package var isInvalid: Bool { high == 0 && low == 0 }
}

/// The 8 bytes that name a span within its trace (W3C Trace Context, section 3.2.2.4), as a big-endian number.
package struct SpanID: Hashable, Sendable {
    package let value: UInt64

    package init(_ value: UInt64) {
        self.value = value
    }

    /// All zeroes, which the specification forbids.
    package var isInvalid: Bool { value == 0 }
}

extension TraceID: CustomStringConvertible {
    /// 32 lower-case hexadecimal digits.
    package var description: String { high.hexadecimal + low.hexadecimal }
}

extension SpanID: CustomStringConvertible {
    /// 16 lower-case hexadecimal digits.
    package var description: String { value.hexadecimal }
}

extension UInt64 {
    /// 16 lower-case hexadecimal digits, leading zeroes included.
    fileprivate var hexadecimal: String {
        let digits = String(self, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
