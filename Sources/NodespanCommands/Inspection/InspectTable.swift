import Agent
import GoBinary
import Spans

/// What `inspect` prints for people. All that comes from the file or the process goes through `TextStyle.wrapped`, so that
/// nothing of it controls the terminal.
struct InspectTable {
    private let document: InspectDocument
    private let showsFields: Bool
    private let showsLibraries: Bool
    private let style: TextStyle

    init(_ document: InspectDocument, showsFields: Bool, showsLibraries: Bool, style: TextStyle) {
        self.document = document
        self.showsFields = showsFields
        self.showsLibraries = showsLibraries
        self.style = style
    }

    var text: String {
        var lines: [String] = []
        if let process = document.process { lines += rows(of: process) }
        let version = document.goVersion.hasPrefix("go") ? String(document.goVersion.dropFirst(2)) : document.goVersion
        lines += style.wrapped(
            "Go \(version.isEmpty ? "of an unknown release" : version), \(document.arch), \(document.buildMode)"
                + (document.stripped ? ", stripped" : ""), indent: 0)
        if document.arch != GoBinary.Architecture.ofThisMachine.rawValue {
            lines += style.wrapped("shown as on a machine for \(document.arch), which this one is not", indent: 0)
        }
        if let main = document.modules.first {
            let others = document.modules.count - 1
            lines += style.wrapped(
                "module \(main.path) \(main.version)"
                    + (others > 0 ? ", with \(others) other\(others == 1 ? "" : "s") linked in" : ""), indent: 0)
        }
        for symbol in document.symbols ?? [] { lines += SymbolRows(symbol, style: style).lines }
        if showsLibraries { lines += libraryRows }
        lines += ["", style.coloured("analysed in \(milliseconds(document.timing))", .dim)]
        return lines.joined(separator: "\n")
    }

    private func milliseconds(_ timing: InspectDocument.Timing) -> String {
        func text(_ nanoseconds: Int64) -> String {
            let tenths = (nanoseconds + 50_000) / 100_000
            return "\(tenths / 10).\(tenths % 10) ms"
        }
        return "\(text(timing.elapsedNanoseconds)), \(text(timing.processorNanoseconds)) of CPU"
    }

    private var libraryRows: [String] {
        var lines: [String] = []
        for library in document.libraries where library.state != "absent" { lines += rows(of: library) }
        let absent = document.libraries.filter { $0.state == "absent" }.map(\.name)
        if !absent.isEmpty {
            lines.append("")
            lines += style.paragraph(
                absent.joined(separator: ", "), head: style.coloured("absent", .dim) + "  ", indent: 8)
        }
        return lines
    }

    private func rows(of process: InspectDocument.Process) -> [String] {
        var lines = style.wrapped("process \(process.pid) (\(process.name)) runs \(process.executable)", indent: 0)
        if let inner = process.containerPid {
            lines += style.wrapped("in a container, as process \(inner) of a pid namespace of its own", indent: 0)
        }
        if process.isReplaced {
            lines += style.wrapped(
                "the file was replaced or removed since; this is what still runs, and not what a restart will run",
                indent: 0)
        }
        return lines
    }

    private func rows(of library: InspectDocument.Library) -> [String] {
        let state = style.coloured(library.state, colour(of: library.state))
        let condition =
            switch library.purpose {
            case "routes": "  (with trace --routes)"
            case "propagation" where Lockdown().forbidsWrites: "  (not on this machine: its kernel is locked down)"
            default: ""
            }
        var lines = ["", "\(style.coloured(library.name, .bold))  \(state)\(condition)"]
        lines += probeRows(of: library)
        if showsFields { lines += fieldRows(of: library) }
        for missing in library.missing {
            let head = "  " + style.coloured("missing", .yellow) + "  "
            lines += style.paragraph(
                "\(missing.what): \(missing.reason); \(missing.consequence)", head: head, indent: 11)
        }
        return lines
    }

    /// Program, address, instruction, how the kernel treats it, and the function, which may be long, last.
    private func probeRows(of library: InspectDocument.Library) -> [String] {
        let programs = column(library.probes.map(\.program))
        let addresses = column(library.probes.map(\.address))
        let instructions = column(library.probes.map(\.instruction))
        return library.probes.indices.flatMap { index in
            let probe = library.probes[index]
            let cells = [programs[index], addresses[index], instructions[index]].joined(separator: "  ")
            let handling = probe.emulated ? "emulated" : "stepped "
            let head = "  \(cells)  " + style.coloured(handling, probe.emulated ? .dim : .yellow)
            let indent = 2 + columns(cells) + 2 + handling.count + 2
            // Where there is no room behind it, the function goes below.
            if let width = style.width, indent + columns(probe.symbol) > width {
                return [head] + style.paragraph(probe.symbol, head: "    ", indent: 4)
            }
            return style.paragraph(probe.symbol, head: head + "  ", indent: indent)
        }
    }

    /// "TYPE: FIELD OFFSET, …", a paragraph for each type.
    private func fieldRows(of library: InspectDocument.Library) -> [String] {
        var types: [String] = []
        for field in library.fields where !types.contains(field.type) { types.append(field.type) }
        return types.enumerated().flatMap { index, type in
            let fields = library.fields.filter { $0.type == type }.map { "\($0.field)\u{a0}\($0.offset)" }
            let head = index == 0 ? "  fields   " : "           "
            return style.paragraph("\(type): \(fields.joined(separator: ", "))", head: head, indent: 13)
        }
    }

    private func column(_ cells: [String]) -> [String] {
        let safe = cells.map { style.safe($0) }
        let width = safe.map(columns).max() ?? 0
        return safe.map { $0.padded(to: width) }
    }

    private func columns(_ text: String) -> Int { TerminalText(text).width }

    private func colour(of state: String) -> TextStyle.Colour {
        switch state {
        case "ready": .green
        case "partial": .yellow
        case "refused": .red
        default: .dim
        }
    }
}
