/// The value of an attribute: the kinds of OpenTelemetry's common attributes that nodespan emits.
package enum AttributeValue: Hashable, Sendable {
    case string(String)
    case int(Int64)
    case double(Double)
    case bool(Bool)
    case strings([String])
}

package struct Attribute: Hashable, Sendable {
    package let key: String
    package let value: AttributeValue

    package init(_ key: String, _ value: AttributeValue) {
        self.key = key
        self.value = value
    }
}

extension Array where Element == Attribute {
    /// The first value under a key. Linear: spans and resources have a score of attributes.
    package subscript(key: String) -> AttributeValue? {
        first { $0.key == key }?.value
    }

    mutating func append(_ key: String, _ value: String) {
        append(Attribute(key, .string(value)))
    }

    mutating func append(_ key: String, _ value: some BinaryInteger) {
        append(Attribute(key, .int(Int64(clamping: value))))
    }
}
