/// Reads os-release(5): shell assignments of one line each, the values bare or in quotes.
package enum OSRelease {
    /// What isn't an assignment is passed over; of a name that stands twice, the later value counts, as in a shell.
    package static func variables(in text: String) -> [String: String] {
        var variables: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
            guard let equals = line.firstIndex(of: "=") else { continue }
            variables[String(line[..<equals])] = unquoted(line[line.index(after: equals)...])
        }
        return variables
    }

    private static func unquoted(_ text: Substring) -> String {
        var rest = text
        var value = ""
        var quote: Character?
        while let character = rest.popFirst() {
            switch character {
            case quote: quote = nil
            case "\"", "'":
                if quote == nil { quote = character } else { value.append(character) }
            case "\\" where quote != "'": value.append(rest.popFirst() ?? character)
            // What follows a bare word is no part of it.
            case " " where quote == nil: return value
            default: value.append(character)
            }
        }
        return value
    }
}
