/// What becomes of the attributes whose keys match.
package struct AttributeRule: Hashable, Sendable {
    package enum Action: String, CaseIterable, Sendable {
        case remove
        /// The value becomes `REDACTED`.
        case redact
        /// The value becomes its SHA-256 in hexadecimal: what is equal stays so. What can be guessed can be found out.
        case hash
    }

    package let key: KeyPattern
    package let action: Action

    package init(key: KeyPattern, action: Action) {
        self.key = key
        self.action = action
    }
}

extension AttributeRule.Action {
    /// Nil where nothing is left.
    func applied(to attribute: Attribute) -> Attribute? {
        switch self {
        case .remove: nil
        case .redact: Attribute(attribute.key, .string(ValueRule.standardReplacement))
        case .hash: Attribute(attribute.key, .string(SHA256.hexadecimal(of: attribute.value.hashed)))
        }
    }
}

extension AttributeValue {
    /// As it is written.
    fileprivate var hashed: String {
        switch self {
        case .string(let text): text
        case .int(let number): "\(number)"
        case .double(let number): "\(number)"
        case .bool(let flag): "\(flag)"
        case .strings(let texts): texts.joined(separator: "\n")
        }
    }
}
