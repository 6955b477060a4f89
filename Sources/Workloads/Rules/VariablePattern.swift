/// An environment variable that a process must have: `NAME`, or `NAME=PATTERN` for its value.
package struct VariablePattern: Hashable, Sendable {
    package let name: String
    /// Nil for any value, an empty one included.
    package let value: NamePattern?

    package var text: String { value.map { "\(name)=\($0.text)" } ?? name }

    /// Nil for a text without a name, or without a pattern behind the equals sign.
    package init?(_ text: String) {
        guard let equals = text.firstIndex(of: "=") else {
            guard !text.isEmpty else { return nil }
            (name, value) = (text, nil)
            return
        }
        guard let value = NamePattern(String(text[text.index(after: equals)...])), equals > text.startIndex else {
            return nil
        }
        (name, self.value) = (String(text[..<equals]), value)
    }

    package func matches(_ environment: [String: String]) -> Bool {
        guard let found = environment[name] else { return false }
        return value?.matches(found) ?? true
    }
}
