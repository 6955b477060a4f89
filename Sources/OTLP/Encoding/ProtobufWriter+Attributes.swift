internal import Spans

/// Field numbers: opentelemetry-proto 1.x, common/v1/common.proto and resource/v1/resource.proto.
extension ProtobufWriter {
    /// Appends attributes as a repeated field of KeyValue.
    mutating func append(_ attributes: [Attribute], as field: UInt64) {
        for attribute in attributes {
            message(field) { message in
                message.string(1, attribute.key)
                message.message(2) { $0.append(attribute.value) }
            }
        }
    }

    /// Appends the fields of a Resource.
    mutating func append(_ resource: Resource) {
        append(resource.attributes, as: 1)
    }

    /// Appends the fields of an InstrumentationScope.
    mutating func append(_ scope: InstrumentationScope) {
        string(1, scope.name)
        string(2, scope.version)
    }

    /// Appends the one field of an AnyValue. It is there even when empty or zero: its number tells the type.
    private mutating func append(_ value: AttributeValue) {
        switch value {
        case .string(let text): string(1, text, evenIfDefault: true)
        case .bool(let flag): varint(2, flag ? 1 : 0, evenIfDefault: true)
        case .int(let number): varint(3, UInt64(bitPattern: number), evenIfDefault: true)
        case .double(let number): fixed64(4, number.bitPattern, evenIfDefault: true)
        case .strings(let texts):
            message(5) { array in
                for text in texts { array.message(1) { $0.string(1, text, evenIfDefault: true) } }
            }
        }
    }
}
