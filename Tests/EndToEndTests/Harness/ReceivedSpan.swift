import FoundationEssentials
import Glibc

/// A line of `nodespan trace --format json`, as a reader of the documented contract takes it.
struct ReceivedSpan: Decodable {
    struct Status: Decodable, Equatable {
        var code: String
        var message: String
    }

    struct Scope: Decodable {
        var name: String
        var version: String
    }

    var traceId: String
    var spanId: String
    var parentSpanId: String
    var flags: Int
    var traceState: String
    var name: String
    var kind: String
    var startTimeUnixNano: String
    var endTimeUnixNano: String
    var status: Status
    var attributes: [String: AttributeValue]
    var resource: [String: AttributeValue]
    var scope: Scope

    subscript(_ attribute: String) -> AttributeValue? { attributes[attribute] }

    /// `url.path`, or empty.
    var path: String {
        if case .string(let path) = attributes["url.path"] { path } else { "" }
    }

    /// Nanoseconds from start to end.
    var duration: Int64 { (Int64(endTimeUnixNano) ?? 0) - (Int64(startTimeUnixNano) ?? 0) }

    /// Decodes each line, or of many only those that are asked for by their number, from 0 on: decoding is slow.
    static func lines(_ bytes: [UInt8], decoding isWanted: (Int) -> Bool) throws -> (spans: [ReceivedSpan], lines: Int)
    {
        let decoder = JSONDecoder()
        var spans: [ReceivedSpan] = []
        var lines = 0
        try bytes.withUnsafeBytes { text in
            var rest = UnsafeRawBufferPointer(text)
            while let start = rest.baseAddress, let end = memchr(start, 0x0a, rest.count) {
                let length = UnsafeRawPointer(end) - start
                if isWanted(lines) {
                    spans.append(try decoder.decode(ReceivedSpan.self, from: Data(bytes: start, count: length)))
                }
                lines += 1
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(length + 1))
            }
        }
        return (spans, lines)
    }
}

/// A plain JSON value.
enum AttributeValue: Decodable, Hashable, CustomStringConvertible {
    case string(String)
    case integer(Int)
    case double(Double)
    case boolean(Bool)
    case list([AttributeValue])

    init(from decoder: any Decoder) throws {
        // The likeliest first: a decoder is slow at failing.
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode(Int.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Double.self) {
            self = .double(value)
        } else {
            self = .list(try container.decode([AttributeValue].self))
        }
    }

    var description: String {
        switch self {
        case .string(let value): "\"\(value)\""
        case .integer(let value): "\(value)"
        case .double(let value): "\(value)"
        case .boolean(let value): "\(value)"
        case .list(let value): "\(value)"
        }
    }
}

extension AttributeValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    init(stringLiteral value: String) { self = .string(value) }
    init(integerLiteral value: Int) { self = .integer(value) }
}
