import ArgumentParser
import Glibc
import Spans

/// How an answer is written.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
    case table
    case json
}

/// When to colour.
enum ColourChoice: String, CaseIterable, ExpressibleByArgument {
    case auto
    case always
    case never

    /// Whether to colour what goes to a descriptor: on a terminal that can, unless NO_COLOR is set to anything.
    func applies(to descriptor: Int32) -> Bool {
        switch self {
        case .always: true
        case .never: false
        case .auto: isatty(descriptor) == 1 && !Self.isSet("NO_COLOR") && Self.variable("TERM") != "dumb"
        }
    }

    private static func isSet(_ name: String) -> Bool { variable(name)?.isEmpty == false }

    private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}

struct OutputOptions: ParsableArguments {
    @Option(help: "How to write the answer.")
    var format: OutputFormat = .table

    @Option(
        name: [.customLong("color"), .customLong("colour")],
        help: ArgumentHelp(
            "When to colour tables; auto: on a terminal, unless NO_COLOR is set.", valueName: "when"))
    var colour: ColourChoice = .auto

    /// For tables on standard output.
    var style: TextStyle { TextStyle(hasColour: colour.applies(to: STDOUT_FILENO), width: Terminal.width) }
}
