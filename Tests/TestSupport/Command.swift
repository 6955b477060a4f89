/// A program run to its end.
package struct Command: Sendable {
    /// Exit status, or 128 plus the number of the signal that ended it.
    package let code: Int32
    package let output: String
    package let errors: String

    package init(code: Int32, output: String, errors: String) {
        self.code = code
        self.output = output
        self.errors = errors
    }

    /// Runs `arguments[0]`, an absolute path, and gathers what it prints. Killed when it takes longer than `limit`.
    package static func run(
        _ arguments: [String], environment: [String: String] = [:], limit: Duration = .seconds(600)
    ) throws(SystemCallFailure) -> Command {
        var child = try ChildProcess(arguments, environment: environment)
        var gathered = GatheredOutput(of: child)
        gathered.gather(for: limit) { _ in false }
        if !gathered.isComplete { child.kill() }
        return Command(code: child.wait(), output: gathered.outputText, errors: gathered.errorText)
    }
}
