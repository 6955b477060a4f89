import FoundationEssentials
import Glibc

/// A line of `nodespan trace --format json`, as a reader of the documented contract takes it.
package struct ReceivedSpan: Decodable, Sendable {
    package struct Status: Decodable, Equatable, Sendable {
        package var code: String
        package var message: String

        package init(code: String, message: String) {
            self.code = code
            self.message = message
        }
    }

    package struct Scope: Decodable, Sendable {
        package var name: String
        package var version: String
    }

    package var traceId: String
    package var spanId: String
    package var parentSpanId: String
    package var flags: Int
    package var traceState: String
    package var name: String
    package var kind: String
    package var startTimeUnixNano: String
    package var endTimeUnixNano: String
    package var status: Status
    package var attributes: [String: AttributeValue]
    package var resource: [String: AttributeValue]
    package var scope: Scope

    package subscript(_ attribute: String) -> AttributeValue? { attributes[attribute] }

    /// `url.path`, or empty.
    package var path: String {
        if case .string(let path) = attributes["url.path"] { path } else { "" }
    }

    /// Nanoseconds from start to end.
    package var duration: Int64 { (Int64(endTimeUnixNano) ?? 0) - (Int64(startTimeUnixNano) ?? 0) }

    /// Decodes each line, or of many only those that are asked for by their number, from 0 on: decoding is slow.
    package static func lines(_ bytes: [UInt8], decoding isWanted: (Int) -> Bool) throws -> (
        spans: [ReceivedSpan], lines: Int
    ) {
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
package enum AttributeValue: Decodable, Hashable, Sendable, CustomStringConvertible {
    case string(String)
    case integer(Int)
    case double(Double)
    case boolean(Bool)
    case list([AttributeValue])

    package init(from decoder: any Decoder) throws {
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

    package var description: String {
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
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int) { self = .integer(value) }
}
