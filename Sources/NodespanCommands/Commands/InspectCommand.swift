import Agent
import ArgumentParser
import GoBinary
import Probes

/// `nodespan inspect`
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show what can be traced in a Go program, and what can't and why.",
        discussion: """
            Reads the file and nothing else: no rights are needed but to read it (of a process: root, or the process's \
            own user), and nothing is armed. A number is a pid, unless there is a file of that name; ./4242 is always a \
            file. Programs for amd64 and arm64 can be inspected on either.

            For each library that nodespan knows: whether it is ready, partial (traced, with something missing that its \
            release would offer), absent from the program, or refused; where each probe goes, and whether the kernel \
            emulates the instruction there (cheap) or has to step it; with --fields, the offsets of the fields that are \
            read; and what is missing, why, and what that costs. Last, the time that it took.

            With --symbol, shows where a function is, as the linker calls it: its address, the registers that its \
            arguments come in (the words of one argument in braces; ? where that can't be told; floating-point numbers and \
            arrays can't be told from integers and structs, and come elsewhere), where each of its calls passes, and the \
            functions that it was inlined into. Where there is none, that is why.

            Exit status: 0 when something can be traced, or with --symbol, when every function named is there; 1 when \
            not, and why is on standard error; 3 when the file or process may not be read.

            Examples:
              nodespan inspect /usr/bin/prometheus
              sudo nodespan inspect $(pidof -s etcd)
              nodespan inspect --library http2 --fields /usr/bin/caddy
              nodespan inspect --symbol 'net/http.(*conn).serve' ./server
              nodespan inspect --format json ./server | jq '.libraries[] | {name, state}'
            """)

    @Argument(
        help: ArgumentHelp("An executable file, or the pid of a process that runs one.", valueName: "file|pid"),
        completion: .file())
    var target: String

    @Option(
        name: .customLong("library"),
        help: ArgumentHelp(
            "Only libraries with this in their names, whatever the case. May be given again.", valueName: "name"),
        completion: .list(Self.libraryWords))
    var libraries: [String] = []

    @Flag(help: "Also list the struct fields that are read, with their offsets. JSON always has them.")
    var fields = false

    @Option(
        name: .customLong("symbol"),
        help: ArgumentHelp("Show this function in place of the libraries. May be given again.", valueName: "name"))
    var symbols: [String] = []

    private static let symbolLimit = 32

    @OptionGroup var output: OutputOptions

    func run() throws {
        let chosen = try chosenLibraries()
        guard symbols.count <= Self.symbolLimit, !symbols.contains("") else {
            throw CommandFailure(
                "--symbol takes the name of a function, at most \(Self.symbolLimit) times", status: .usage)
        }
        let subject = try InspectSubject(target)
        let stopwatch = Stopwatch()
        let analysis: ExecutableAnalysis
        do throws(AnalysisError) {
            analysis = try ExecutableAnalysis(of: subject.file)
        } catch {
            throw CommandFailure(error, of: subject.description)
        }
        let binary = analysis.binary
        let reports = try symbolReports(binary, of: subject)
        let outcome = analysis.outcome.limited(to: chosen)
        let document = InspectDocument(binary, outcome, symbols: reports, of: subject, took: stopwatch.reading)
        switch output.format {
        case .json: try StandardOutput.print(json: document)
        case .table:
            let table = InspectTable(
                document, showsFields: fields, showsLibraries: symbols.isEmpty, style: output.style)
            try StandardOutput.print(table.text)
        }
        let missing = reports.filter(\.definitions.isEmpty)
        guard missing.isEmpty else {
            throw CommandFailure("\(subject.description): \(missing.map(\.absence).joined(separator: "\n"))")
        }
        if binary.buildMode == .cShared { throw CommandFailure(.library, of: subject.description) }
        if symbols.isEmpty, case .refusal(let refusal) = outcome {
            throw libraries.isEmpty
                ? CommandFailure(.refused(refusal), of: subject.description)
                : CommandFailure("\(subject.description): \(refusal)")
        }
    }

    /// The names of the libraries that are asked for.
    private func chosenLibraries() throws(CommandFailure) -> Set<String> {
        let names = Catalogue.standard.names
        if libraries.isEmpty { return Set(names) }
        var chosen: Set<String> = []
        for library in libraries {
            let matches =
                names.contains(library)
                ? [library] : names.filter { !library.isEmpty && Self.key($0).contains(Self.key(library)) }
            guard !matches.isEmpty else {
                throw CommandFailure(
                    "no library '\(library)'; there are \(names.joined(separator: ", "))", status: .usage)
            }
            chosen.formUnion(matches)
        }
        return chosen
    }

    /// `http2` is found in `net/http HTTP/2 server`.
    private static func key(_ name: String) -> String { name.lowercased().filter { $0 != "/" } }

    /// Each of them is in the name of a library: shells complete words.
    private static let libraryWords = Catalogue.standard.names.flatMap { $0.split(separator: " ") }
        .reduce(into: [String]()) { if !$0.contains(String($1)) { $0.append(String($1)) } }

    private func symbolReports(
        _ binary: GoBinary, of subject: InspectSubject
    ) throws(CommandFailure) -> [SymbolReport] {
        do throws(PlanningError) {
            return try SymbolReport.of(symbols, in: binary)
        } catch {
            throw CommandFailure(.planning(error), of: subject.description)
        }
    }
}
