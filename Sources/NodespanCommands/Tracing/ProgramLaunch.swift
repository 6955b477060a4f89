import Agent
import BPFRuntime
import Glibc
import GoBinary
import Probes
import Spans
import Subprocess
import SystemPackage
import Workloads

/// The program of `trace -- CMD`: where it is, how to trace it, and as whom it runs.
struct ProgramLaunch {
    let file: ExecutableFile
    let plan: ProbePlan
    /// What it will be started with.
    let environment: [String: String]
    private let arguments: [String]
    /// Whom it runs as, if not as the caller.
    private let user: InvokingUser?

    init(_ command: [String], asRoot: Bool) throws(CommandFailure) {
        guard let name = command.first, let path = Self.find(name) else { throw Self.notFound(command.first ?? "") }
        do throws(Errno) {
            file = try ExecutableFile(path: path)
        } catch {
            throw CommandFailure("open \(path): \(error)", status: error == .permissionDenied ? .notPermitted : .failed)
        }
        do throws(AnalysisError) {
            plan = try ExecutableAnalysis(of: file).plan()
        } catch {
            throw CommandFailure(error, of: path.string)
        }
        arguments = Array(command.dropFirst())
        var environment = OwnEnvironment.variables
        user = asRoot ? nil : try InvokingUser.ofSudo()
        if let user {
            environment.merge(["HOME": user.home, "USER": user.name, "LOGNAME": user.name]) { $1 }
        }
        self.environment = environment
    }

    /// Execs of the child before that of the program.
    var execsBefore: UInt32 { user == nil ? 0 : 1 }

    var path: FilePath { file.path }

    var facts: ProcessFacts {
        ProcessFacts(launching: path.string, goVersion: plan.goVersion, environment: environment)
    }

    /// Runs the program to its end. Returns its exit status, 128+N for signal N.
    /// - Parameters:
    ///   - signals: passed on to it, but for those that the terminal sends it anyway.
    ///   - follow: called once it has been started, and cancelled when it has ended.
    func run(
        forwarding signals: AsyncStream<TerminationSignals.Arrival>,
        following follow: @escaping @Sendable () async -> Void
    ) async -> Result<Int32, CommandFailure> {
        do {
            let (executable, arguments) = started
            let result = try await Subprocess.run(
                .path(executable), arguments: Arguments(arguments), environment: .custom(Self.keyed(environment)),
                input: .fileDescriptor(.standardInput, closeAfterSpawningProcess: false),
                output: .fileDescriptor(.standardError, closeAfterSpawningProcess: false),
                error: .fileDescriptor(.standardError, closeAfterSpawningProcess: false)
            ) { execution in
                let pid = execution.processIdentifier.value
                return [Task { await Self.forward(signals, to: pid) }, Task { await follow() }]
            }
            for task in result.closureResult { task.cancel() }
            for task in result.closureResult { await task.value }
            switch result.terminationStatus {
            case .exited(let code): return .success(code)
            case .signaled(let signal): return .success(128 + signal)
            }
        } catch {
            return .failure(CommandFailure("\(path): can't be started: \(error)"))
        }
    }

    /// What the child executes first. It must not become another user between fork and exec: glibc then waits for ever for a
    /// thread that was just being created when it was forked (swift-subprocess forks by clone3; nptl_setxid.c of glibc
    /// 2.36: setxid_mark_thread). So this very program does so, started anew.
    private var started: (executable: FilePath, arguments: [String]) {
        guard let user else { return (path, arguments) }
        return ("/proc/self/exe", RunAsCommand.arguments(user: user, program: path.string, arguments))
    }

    private static func forward(_ signals: AsyncStream<TerminationSignals.Arrival>, to pid: pid_t) async {
        for await signal in signals {
            if !signal.isFromTerminal { kill(pid, signal.number) }
        }
    }

    /// As execvp(3) looks for it.
    private static func find(_ name: String) -> FilePath? {
        if name.contains("/") { return isExecutable(name) ? FilePath(name) : nil }
        let folders = getenv("PATH").map { String(cString: $0) } ?? "/usr/local/bin:/usr/bin:/bin"
        for folder in folders.split(separator: ":", omittingEmptySubsequences: false) {
            let path = "\(folder.isEmpty ? "." : folder)/\(name)"
            if isExecutable(path) { return FilePath(path) }
        }
        return nil
    }

    private static func notFound(_ name: String) -> CommandFailure {
        if !name.contains("/") {
            return CommandFailure("\(name): no such program in PATH; one in this folder is ./\(name)")
        }
        if access(name, F_OK) != 0 { return CommandFailure("\(name): \(Errno(rawValue: errno))") }
        return CommandFailure("\(name): not a file that may be executed (chmod +x)")
    }

    private static func isExecutable(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
    }

    private static func keyed(_ variables: [String: String]) -> [Environment.Key: String] {
        Dictionary(
            variables.compactMap { name, value in Environment.Key(rawValue: name).map { ($0, value) } },
            uniquingKeysWith: { first, _ in first })
    }
}
