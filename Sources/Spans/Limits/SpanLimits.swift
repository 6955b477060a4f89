/// How much a span may hold (OpenTelemetry specification, "Attribute Limits" and "Span Limits"). What is beyond is left out,
/// and counted on the span. Resources have no limits.
package struct SpanLimits: Hashable, Sendable {
    /// Of texts, those in lists included, in Unicode code points.
    private let valueLength: Int
    private let attributeCount: Int
    private let eventCount: Int
    private let linkCount: Int
    private let eventAttributeCount: Int
    private let linkAttributeCount: Int

    /// The specification's.
    package static let standard = SpanLimits(environment: [:])

    /// - Parameters:
    ///   - environment: the variables that ask for limits.
    ///   - bounds: count where an environment says nothing, or asks for more.
    ///   - report: told what is ignored.
    package init(
        environment: [String: String], bounds: [SpanLimit: Int] = [:],
        report: (SpanLimitProblem) -> Void = { _ in }
    ) {
        func limit(_ limit: SpanLimit) -> Int {
            let bound = bounds[limit]
            return min(limit.value(in: environment, report) ?? bound ?? limit.standard, bound ?? .max)
        }
        valueLength = limit(.attributeValueLength)
        attributeCount = limit(.attributeCount)
        eventCount = limit(.eventCount)
        linkCount = limit(.linkCount)
        eventAttributeCount = limit(.eventAttributeCount)
        linkAttributeCount = limit(.linkAttributeCount)
    }

    /// Leaves out what is beyond. A span that is within is left alone.
    package func apply(to span: inout Span) {
        span.droppedAttributes &+= Self.limit(&span.attributes, attributeCount, valueLength)
        if span.events.count > eventCount {
            span.droppedEvents &+= UInt32(span.events.count - eventCount)
            span.events.removeSubrange(eventCount...)
        }
        if span.links.count > linkCount {
            span.droppedLinks &+= UInt32(span.links.count - linkCount)
            span.links.removeSubrange(linkCount...)
        }
        for index in span.events.indices {
            span.events[index].droppedAttributes &+= Self.limit(
                &span.events[index].attributes, eventAttributeCount, valueLength)
        }
        for index in span.links.indices {
            span.links[index].droppedAttributes &+= Self.limit(
                &span.links[index].attributes, linkAttributeCount, valueLength)
        }
    }

    /// Returns how many it has left out.
    private static func limit(_ attributes: inout [Attribute], _ count: Int, _ length: Int) -> UInt32 {
        let dropped = max(0, attributes.count - count)
        attributes.removeLast(dropped)
        if length == .max { return UInt32(dropped) }
        for index in attributes.indices {
            guard let value = attributes[index].value.cut(to: length) else { continue }
            attributes[index] = Attribute(attributes[index].key, value)
        }
        return UInt32(dropped)
    }
}

extension AttributeValue {
    /// Nil for a value that is short enough.
    fileprivate func cut(to length: Int) -> AttributeValue? {
        switch self {
        case .string(let text): return text.cut(to: length).map { .string($0) }
        case .strings(let texts):
            guard texts.contains(where: { $0.cut(to: length) != nil }) else { return nil }
            return .strings(texts.map { $0.cut(to: length) ?? $0 })
        case .int, .double, .bool: return nil
        }
    }
}

extension String {
    /// Nil for a text of at most so many code points.
    fileprivate func cut(to length: Int) -> String? {
        // One takes a byte at least.
        if utf8.count <= length { return nil }
        let end = unicodeScalars.index(startIndex, offsetBy: length, limitedBy: endIndex) ?? endIndex
        return end == endIndex ? nil : String(unicodeScalars[..<end])
    }
}
