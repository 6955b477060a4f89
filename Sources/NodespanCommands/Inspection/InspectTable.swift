import Spans

/// What `inspect` prints for people.
struct InspectTable {
    private let document: InspectDocument
    private let hasColour: Bool

    init(_ document: InspectDocument, hasColour: Bool) {
        self.document = document
        self.hasColour = hasColour
    }

    var text: String {
        var lines = [
            "Go \(safe(String(document.goVersion.dropFirst(2))))  \(document.arch)  \(document.buildMode)"
                + (document.stripped ? "  stripped" : "")
        ]
        if let main = document.modules.first { lines.append(safe("module \(main.path) \(main.version)")) }
        for library in document.libraries { lines += rows(of: library) }
        return lines.joined(separator: "\n")
    }

    private func rows(of library: InspectDocument.Library) -> [String] {
        var lines = ["", "\(coloured(library.name, "1"))  \(coloured(library.state, Self.colour(of: library.state)))"]
        let symbols = library.probes.map { safe("\($0.symbol) \($0.address)") }
        let symbolWidth = symbols.map(\.count).max() ?? 0
        let programWidth = library.probes.map(\.program.count).max() ?? 0
        for (probe, symbol) in zip(library.probes, symbols) {
            lines.append(
                "  \(padded(probe.program, programWidth))  \(padded(symbol, symbolWidth))  \(probe.instruction)"
                    + (probe.emulated ? "" : "  (single-stepped)"))
        }
        if !library.fields.isEmpty { lines.append("  \(library.fields.count) fields found") }
        for missing in library.missing {
            lines.append("  " + safe("missing \(missing.what): \(missing.reason); \(missing.consequence)"))
        }
        return lines
    }

    /// The file may say anything: nothing of it controls the terminal.
    private func safe(_ text: String) -> String { TerminalText(text).text }

    private static func colour(of state: String) -> String {
        switch state {
        case "ready": "32"
        case "partial": "33"
        case "refused": "31"
        default: "2"
        }
    }

    private func coloured(_ text: String, _ parameters: String) -> String {
        hasColour ? "\u{1b}[\(parameters)m\(text)\u{1b}[0m" : text
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
