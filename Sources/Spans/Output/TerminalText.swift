/// Text that is safe to print on a terminal and whose columns are counted.
///
/// Paths, queries and service names come from strangers: a control sequence among them must not move the cursor, recolour
/// or retitle the terminal, nor may a bidirectional override reorder the line.
package struct TerminalText {
    /// Without controls, format characters and line breaks.
    package private(set) var text = ""
    /// Columns that the text takes on a terminal.
    package private(set) var width = 0

    /// Neutralises a text and cuts it to a number of columns, the last of which then is "…".
    package init(_ raw: String, limit: Int = .max) {
        if raw.utf8.count <= limit, raw.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) {
            text = raw
            width = raw.utf8.count
            return
        }
        // The longest beginning that leaves room for the ellipsis.
        var cut = (end: text.unicodeScalars.endIndex, width: 0)
        for scalar in raw.unicodeScalars {
            let shown = Self.visible(scalar)
            let columns = Self.columns(of: shown)
            if width + columns > limit {
                text.unicodeScalars.removeSubrange(cut.end...)
                width = cut.width
                if limit > 0 { append("…", columns: 1) }
                return
            }
            append(shown, columns: columns)
            if width < limit { cut = (text.unicodeScalars.endIndex, width) }
        }
    }

    private mutating func append(_ scalar: Unicode.Scalar, columns: Int) {
        text.unicodeScalars.append(scalar)
        width += columns
    }

    /// Controls become their pictures (U+2400 to U+2421), what else would not be seen becomes U+FFFD.
    private static func visible(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        switch scalar.value {
        case 0x20...0x7e: return scalar
        case 0...0x1f: return Unicode.Scalar(0x2400 + scalar.value) ?? "\u{fffd}"
        case 0x7f: return "\u{2421}"
        default: break
        }
        return switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: "\u{fffd}"
        default: scalar
        }
    }

    /// 0 for marks that combine with what stands before them, 2 for the wide blocks of UAX #11 (East Asian Width).
    private static func columns(of scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        case 0...0x2ff: return 1
        case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f,
            0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1faff, 0x20000...0x3fffd:
            return 2
        default: break
        }
        return switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: 0
        default: 1
        }
    }
}
