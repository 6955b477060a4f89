import Spans

extension AgentConfiguration {
    /// - Parameters:
    ///   - section: of the file.
    ///   - query: parameters whose values are secrets, wherever they are said.
    static func redaction(_ section: ConfigurationSection?, query: [String]) -> SpanRedaction {
        let attributes = section?.sections("attributes", known: ["key", "action"]) ?? []
        let values = section?.sections("values", known: ["pattern", "replacement"]) ?? []
        return SpanRedaction(
            query: QueryRedaction(further: query), attributes: attributes.compactMap(attributeRule),
            values: values.compactMap(valueRule))
    }

    private static func attributeRule(_ section: ConfigurationSection) -> AttributeRule? {
        guard let key = section.text("key").flatMap(KeyPattern.init) else {
            section.complain("has no key, such as client.address or user_agent.*")
            return nil
        }
        let names = AttributeRule.Action.allCases.map(\.rawValue)
        guard let action = AttributeRule.Action(rawValue: section.text("action") ?? "") else {
            section.complain("has no action: \(names.joined(separator: ", "))")
            return nil
        }
        return AttributeRule(key: key, action: action)
    }

    private static func valueRule(_ section: ConfigurationSection) -> ValueRule? {
        let kinds = SecretKind.allCases.map(\.rawValue).joined(separator: ", ")
        guard let pattern = section.text("pattern") else {
            section.complain("has no pattern: one of \(kinds), or a text in which * stands for letters and digits")
            return nil
        }
        let replacement = section.text("replacement") ?? ValueRule.standardReplacement
        if let rule = ValueRule(pattern: pattern, replacement: replacement) { return rule }
        section.complain(
            "pattern", "is to begin with something else than *, or it would have to be looked for everywhere")
        return nil
    }
}
