import Agent
package import ArgumentParser
import BPFRuntime

/// The executable's commands.
package struct Nodespan: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "nodespan",
        abstract: "Distributed tracing for Go programs: no code change, no sidecar, no restart.",
        discussion: """
            nodespan puts probes on running Go programs, reads all it needs to know of them from the binary itself, and \
            shows their requests as spans.

            Exit status: 0 done; 1 a check failed or there was nothing to do; 2 wrong usage; 3 not permitted.
            """,
        version: nodespanVersion,
        subcommands: [TraceCommand.self, RunCommand.self, InspectCommand.self, DoctorCommand.self, RunAsCommand.self])

    package init() {}

    /// Runs the command that the process's arguments name. Returns the exit status.
    package static func runToExitStatus() async -> Int32 {
        Heap.bound()
        if let wrong = unknownCommand(in: CommandLine.arguments.dropFirst()) {
            StandardError.print(
                "nodespan: no command '\(wrong)'; there are \(commandNames.joined(separator: ", ")) and help")
            return FailureStatus.usage.rawValue
        }
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return 0
        } catch let failure as CommandFailure {
            StandardError.print("nodespan: \(failure.message)")
            return failure.status.rawValue
        } catch let ending as SilentEnding {
            return ending.status
        } catch {
            return report(error)
        }
    }

    private static var commandNames: [String] {
        configuration.subcommands.map { $0.configuration }.filter { $0.shouldDisplay }.compactMap { $0.commandName }
    }

    /// What stands in the place of a command and is none; also behind `help`.
    private static func unknownCommand(in arguments: some Sequence<String>) -> String? {
        guard let word = arguments.first(where: { $0 != "help" }), !word.hasPrefix("-") else { return nil }
        return configuration.subcommands.contains { $0.configuration.commandName == word } ? nil : word
    }

    /// ArgumentParser's own errors and requests: help and versions go to standard output, complaints don't.
    private static func report(_ error: any Error) -> Int32 {
        var message = fullMessage(for: error)
        if message.hasPrefix("Error: ") { message = "nodespan: " + message.dropFirst("Error: ".count) }
        switch exitCode(for: error) {
        case .success:
            do throws(CommandFailure) {
                try StandardOutput.print(message)
            } catch {
                return error.status.rawValue
            }
            return 0
        case .validationFailure:
            StandardError.print(message)
            return FailureStatus.usage.rawValue
        case let code:
            StandardError.print(message)
            return code.rawValue
        }
    }
}
