/// What spans don't tell though they could.
package struct SpanRedaction: Sendable {
    package let query: QueryRedaction
    /// The first that matches a key counts.
    package let attributes: [AttributeRule]
    /// One after the other.
    package let values: [ValueRule]

    /// What is always so.
    package static let standard = SpanRedaction()

    package init(query: QueryRedaction = .standard, attributes: [AttributeRule] = [], values: [ValueRule] = []) {
        self.query = query
        self.attributes = attributes
        self.values = values
    }

    /// Of the name, the status, and all attributes. Queries are what the conventions see to.
    package func apply(to span: inout Span) {
        if attributes.isEmpty, values.isEmpty { return }
        redact(&span.attributes)
        for index in span.events.indices { redact(&span.events[index].attributes) }
        for index in span.links.indices { redact(&span.links[index].attributes) }
        for rule in values {
            if let name = rule.redacted(span.name) { span.name = name }
            if let message = rule.redacted(span.status.message) { span.status.message = message }
        }
    }

    /// By their keys: also for those of a resource.
    package func redacted(_ attributes: [Attribute]) -> [Attribute] {
        var attributes = attributes
        redactKeys(of: &attributes)
        return attributes
    }

    private func redactKeys(of attributes: inout [Attribute]) {
        if self.attributes.isEmpty { return }
        var index = 0
        while index < attributes.count {
            guard let action = action(for: attributes[index].key) else {
                index += 1
                continue
            }
            if let attribute = action.applied(to: attributes[index]) {
                attributes[index] = attribute
                index += 1
            } else {
                attributes.remove(at: index)
            }
        }
    }

    private func action(for key: String) -> AttributeRule.Action? {
        attributes.first { $0.key.matches(key) }?.action
    }

    private func redact(_ attributes: inout [Attribute]) {
        redactKeys(of: &attributes)
        for index in attributes.indices {
            for rule in values {
                guard let value = attributes[index].value.redacted(by: rule) else { continue }
                attributes[index] = Attribute(attributes[index].key, value)
            }
        }
    }
}

extension AttributeValue {
    /// Nil for a value that has nothing to be replaced.
    fileprivate func redacted(by rule: ValueRule) -> AttributeValue? {
        switch self {
        case .string(let text): return rule.redacted(text).map { .string($0) }
        case .strings(let texts):
            let redacted = texts.map { rule.redacted($0) ?? $0 }
            return redacted == texts ? nil : .strings(redacted)
        case .int, .double, .bool: return nil
        }
    }
}
