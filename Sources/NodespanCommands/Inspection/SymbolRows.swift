import Spans

/// What `inspect --symbol` prints for people of one function.
struct SymbolRows {
    private let symbol: InspectedSymbol
    private let style: TextStyle
    /// Callers that are listed; the rest is counted.
    private static let callerLimit = 20

    init(_ symbol: InspectedSymbol, style: TextStyle) {
        self.symbol = symbol
        self.style = style
    }

    var lines: [String] {
        if symbol.definitions.isEmpty {
            let state = style.coloured("no function", symbol.inlinedInto.isEmpty ? .red : .yellow)
            let name = style.wrapped(symbol.name, indent: 0).map { style.coloured($0, .bold) }
            return [""] + name.dropLast() + [(name.last ?? "") + "  \(state)"] + callers + similar
        }
        return symbol.definitions.flatMap(rows) + callers
    }

    private func rows(of definition: InspectedSymbol.Definition) -> [String] {
        var lines = [""] + style.wrapped(definition.symbol, indent: 0).map { style.coloured($0, .bold) }
        lines += row(
            "at", "\(definition.address), \(definition.size) bytes; in the file at \(definition.fileOffset)")
        if let arguments = definition.arguments {
            lines += row("arguments", arguments.isEmpty ? "none" : Self.text(arguments))
        }
        if let site = definition.prologue {
            lines += row(
                "each call", "\(site.address)  \(site.instruction)  \(site.emulated ? "emulated" : "stepped")")
        } else if let reason = definition.prologueMissing {
            lines += row("each call", "no place for a probe: \(reason)")
        }
        if !definition.programs.isEmpty { lines += row("probes", definition.programs.joined(separator: ", ")) }
        return lines
    }

    /// "RAX, {RBX, RCX}, RDI": the words of one argument in braces.
    private static func text(_ words: [InspectedSymbol.Argument]) -> String {
        var arguments: [[String]] = []
        var last = -1
        for word in words {
            let location = word.location ?? "?"
            if word.argument == last, !arguments.isEmpty {
                arguments[arguments.count - 1].append(location)
            } else {
                arguments.append([location])
            }
            last = word.argument
        }
        return arguments.map { $0.count == 1 ? $0[0] : "{\($0.joined(separator: ", "))}" }.joined(separator: ", ")
    }

    private var callers: [String] {
        let shown = symbol.inlinedInto.prefix(Self.callerLimit).flatMap {
            row("inlined", "\($0.address)  \($0.caller)")
        }
        let rest = symbol.inlinedInto.count - Self.callerLimit
        return shown + (rest > 0 ? row("", "and in \(rest) more places") : [])
    }

    private var similar: [String] { symbol.similar.flatMap { row("similar", $0) } }

    private func row(_ head: String, _ text: String) -> [String] {
        style.paragraph(text, head: "  " + head.padded(to: 11), indent: 13)
    }
}
