import Agent
import ArgumentParser
import Probes

/// `nodespan inspect`
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show what can be traced in a Go program, and what can't and why.",
        discussion: """
            Reads the file and nothing else: no rights are needed but to read it (of a process: root, or the process's \
            own user), and nothing is armed. A number is a pid, unless there is a file of that name; ./4242 is always a \
            file.

            For each library that nodespan knows: whether it is ready, partial (traced, with something missing), absent \
            from the program, or refused; where each probe goes, and whether the kernel emulates the instruction there \
            (cheap) or has to step it; the offsets of the fields that are read; and what is missing, why, and what that \
            costs.

            Exit status: 0 when something can be traced; 1 when nothing can, and why is on standard error; 3 when the \
            file or process may not be read.

            Examples:
              nodespan inspect /usr/bin/prometheus
              sudo nodespan inspect $(pidof -s etcd)
              nodespan inspect --format json ./server | jq '.libraries[] | {name, state}'
            """)

    @Argument(
        help: ArgumentHelp("An executable file, or the pid of a process that runs one.", valueName: "file|pid"),
        completion: .file())
    var target: String

    @OptionGroup var output: OutputOptions

    func run() throws {
        let subject = try InspectSubject(target)
        let analysis: ExecutableAnalysis
        do throws(AnalysisError) {
            analysis = try ExecutableAnalysis(of: subject.file)
        } catch {
            throw CommandFailure(error, of: subject.description)
        }
        let document = InspectDocument(analysis, of: subject)
        switch output.format {
        case .json: try StandardOutput.print(json: document)
        case .table: try StandardOutput.print(InspectTable(document, style: output.style).text)
        }
        if case .refusal(let refusal) = analysis.outcome {
            throw CommandFailure(.refused(refusal), of: subject.description)
        }
    }
}
