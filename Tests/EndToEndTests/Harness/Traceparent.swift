/// A W3C traceparent of version 00 with ids of a test's own choice.
struct Traceparent {
    var traceID: String
    var parentID: String
    var flags: String

    /// Ids that hold `number`, which is not 0, and so tell the requests of a test apart.
    init(_ number: Int, flags: String = "01") {
        self.init(high: 0x4bf9_2f35_77b3_4da6, low: UInt64(number), flags: flags)
    }

    /// A trace id of two halves; the parent id is made from the lower one.
    init(high: UInt64, low: UInt64, flags: String = "01") {
        traceID = Self.hexadecimal(high) + Self.hexadecimal(low)
        parentID = Self.hexadecimal(low ^ 0x00f0_67aa_0ba9_02b7)
        self.flags = flags
    }

    var value: String { "00-\(traceID)-\(parentID)-\(flags)" }
    var header: String { "traceparent: \(value)" }

    static func hexadecimal(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
