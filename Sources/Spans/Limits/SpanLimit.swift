/// A limit of spans, by the name that the configuration has for it.
package enum SpanLimit: String, CaseIterable, Sendable {
    case attributeValueLength
    case attributeCount
    case eventCount
    case linkCount
    case eventAttributeCount
    case linkAttributeCount

    /// The variables that set it, the first before the second (OpenTelemetry specification, "Environment Variable
    /// Specification").
    package var variables: [String] {
        switch self {
        case .attributeValueLength: ["OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT"]
        case .attributeCount: ["OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "OTEL_ATTRIBUTE_COUNT_LIMIT"]
        case .eventCount: ["OTEL_SPAN_EVENT_COUNT_LIMIT"]
        case .linkCount: ["OTEL_SPAN_LINK_COUNT_LIMIT"]
        case .eventAttributeCount: ["OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", "OTEL_ATTRIBUTE_COUNT_LIMIT"]
        case .linkAttributeCount: ["OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", "OTEL_ATTRIBUTE_COUNT_LIMIT"]
        }
    }

    /// What counts where nobody says anything: no limit for lengths.
    var standard: Int { self == .attributeValueLength ? .max : 128 }

    /// All variables that set one.
    package static let variables = Set(allCases.flatMap(\.variables))

    /// What an environment says of it; nil for nothing.
    func value(in environment: [String: String], _ report: (SpanLimitProblem) -> Void) -> Int? {
        for variable in variables {
            guard let value = environment[variable]?.trimmingWhitespace(), !value.isEmpty else { continue }
            if let number = UInt32(value) { return Int(number) }
            report(SpanLimitProblem(variable: variable, value: value))
        }
        return nil
    }
}

/// A variable that is no limit, and counts as unset: the specification has invalid numbers ignored.
package struct SpanLimitProblem: Hashable, Sendable {
    package let variable: String
    package let value: String
}

extension SpanLimitProblem: CustomStringConvertible {
    package var description: String { text("'\(TerminalText(value, limit: 40).text)'") }

    /// For those who may look at the pod, but not at what its variables are taken from.
    package var withoutValue: String { text("no limit") }

    private func text(_ value: String) -> String {
        "\(variable) is \(value): it is to be a whole number from 0 on, and is ignored"
    }
}
