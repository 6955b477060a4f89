import Agent
import ArgumentParser
import FoundationEssentials
import Glibc
import Probes
import SystemPackage
import Workloads

/// `nodespan inspect`
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show what can be traced in a Go program, and what can't and why.",
        discussion: """
            Reads the file and nothing else: no rights are needed but to read it, and nothing is armed.

            Exit status 1 when nothing in it can be traced.

            Examples:
              nodespan inspect /usr/bin/prometheus
              nodespan inspect --format json $(pidof etcd)
            """)

    @Argument(help: ArgumentHelp("An executable file, or the pid of a process that runs one.", valueName: "file|pid"))
    var target: String

    @OptionGroup var output: OutputOptions

    func run() throws {
        let file = try file()
        let analysis: ExecutableAnalysis
        do throws(AnalysisError) {
            analysis = try ExecutableAnalysis(of: file)
        } catch {
            throw CommandFailure(error, of: target)
        }
        let document = InspectDocument(analysis)
        switch output.format {
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try StandardOutput.print(String(decoding: try encoder.encode(document), as: UTF8.self))
        case .table:
            try StandardOutput.print(InspectTable(document, hasColour: output.colour.applies(to: STDOUT_FILENO)).text)
        }
        if case .refusal(let refusal) = analysis.outcome { throw CommandFailure("\(target): \(refusal)") }
    }

    /// A number is a pid, unless a file of that name is here.
    private func file() throws(CommandFailure) -> ExecutableFile {
        if let pid = Int32(target), pid > 0, access(target, F_OK) != 0 {
            do throws(ProcfsError) {
                return try LocalProcess.read(pid: pid).openExecutable()
            } catch {
                throw CommandFailure(error)
            }
        }
        do throws(Errno) {
            return try ExecutableFile(path: FilePath(target))
        } catch {
            throw CommandFailure(
                "open \(target): \(error)", status: error == .permissionDenied ? .notPermitted : .failed)
        }
    }
}
