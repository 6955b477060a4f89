import ArgumentParser
import Glibc

/// What `trace -- CMD` starts under sudo: becomes the user who called sudo, then CMD.
struct RunAsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run-as", abstract: "Executes a program as another user.", shouldDisplay: false)

    @Option var user: uid_t
    /// The primary group first.
    @Option(parsing: .upToNextOption) var groups: [gid_t]
    @Argument(parsing: .postTerminator) var command: [String]

    /// The command line of this.
    static func arguments(user: InvokingUser, program: String, _ arguments: [String]) -> [String] {
        ["run-as", "--user", "\(user.id)", "--groups"] + user.groups.map { "\($0)" } + ["--", program] + arguments
    }

    func run() throws {
        guard let program = command.first, let group = groups.first else {
            throw ValidationError("a group and a program are needed")
        }
        guard setgroups(groups.count, groups) == 0, setgid(group) == 0, setuid(user) == 0 else {
            throw CommandFailure("become user \(user): \(String(cString: strerror(errno)))", status: .notPermitted)
        }
        // This thread's own mask, of which the program would know nothing.
        var none = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, nil)
        var arguments = command.map { strdup($0) } + [nil]
        execv(program, &arguments)
        throw CommandFailure("\(program): can't be started: \(String(cString: strerror(errno)))")
    }
}
