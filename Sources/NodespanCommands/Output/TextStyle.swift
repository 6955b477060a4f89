import Spans

/// How tables are written: colours or none, and lines no longer than the terminal is wide.
struct TextStyle {
    /// Parameters of the SGR control function (ECMA-48, section 8.3.117).
    enum Colour: String {
        case bold = "1"
        case dim = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
    }

    let hasColour: Bool
    /// Columns; nil for as many as it takes.
    let width: Int?

    func coloured(_ text: String, _ colour: Colour) -> String {
        hasColour ? "\u{1b}[\(colour.rawValue)m\(text)\u{1b}[0m" : text
    }

    /// A text that nothing of can control the terminal.
    func safe(_ text: String) -> String { TerminalText(text).text }

    /// A text as lines that fit behind an indentation, broken between words. What it was made of may say anything: nothing of
    /// it controls the terminal.
    func wrapped(_ text: String, indent: Int) -> [String] {
        let limit = max(20, (width ?? .max) - indent)
        var lines: [String] = []
        for paragraph in text.split(separator: "\n") {
            var line = ""
            var used = 0
            for word in paragraph.split(separator: " ") {
                let word = TerminalText(String(word))
                if used > 0, used + 1 + word.width > limit {
                    lines.append(line)
                    (line, used) = ("", 0)
                }
                line += (used > 0 ? " " : "") + word.text
                used += (used > 0 ? 1 : 0) + word.width
            }
            lines.append(line)
        }
        return lines
    }

    /// The same as one text, whose first line is behind `head`, already that wide.
    func paragraph(_ text: String, head: String, indent: Int) -> [String] {
        wrapped(text, indent: indent).enumerated().map { index, line in
            (index == 0 ? head : String(repeating: " ", count: indent)) + line
        }
    }
}

extension String {
    /// With spaces behind it, up to a number of columns.
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - TerminalText(self).width))
    }
}
