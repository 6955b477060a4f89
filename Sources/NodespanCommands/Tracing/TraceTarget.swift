import Agent
import Probes
import Workloads

/// A running process that can be traced, and how.
struct TraceTarget {
    let process: LocalProcess
    let file: ExecutableFile
    let plan: ProbePlan

    /// Looks at processes by their pids. Processes that run one file share its analysis. One that has ended by now is
    /// reported and left out, unless all have.
    static func resolve(pids: [Int32]) throws(CommandFailure) -> [TraceTarget] {
        var known: [FileIdentity: (file: ExecutableFile, plan: ProbePlan)] = [:]
        var targets: [TraceTarget] = []
        var missing: [ProcfsError] = []
        for pid in pids {
            let process: LocalProcess
            let opened: ExecutableFile
            do throws(ProcfsError) {
                process = try LocalProcess.read(pid: pid)
                opened = try process.openExecutable()
            } catch {
                guard error.isEnd else { throw CommandFailure(error) }
                missing.append(error)
                continue
            }
            if targets.contains(where: { $0.process.pid == process.pid }) { continue }
            // One open file for all that run it: each would keep a mount busy.
            let shared: (file: ExecutableFile, plan: ProbePlan)
            if let first = known[opened.identity] {
                shared = first
            } else {
                shared = (opened, try plan(for: process, opened))
                known[opened.identity] = shared
            }
            targets.append(TraceTarget(process: process, file: shared.file, plan: shared.plan))
        }
        if targets.isEmpty, let first = missing.first { throw CommandFailure(first) }
        for error in missing { StandardError.print("nodespan: \(error)") }
        return targets
    }

    private static func plan(for process: LocalProcess, _ file: ExecutableFile) throws(CommandFailure) -> ProbePlan {
        do throws(AnalysisError) {
            return try ExecutableAnalysis(of: file).plan()
        } catch {
            throw CommandFailure(error, of: "process \(process.pid) (\(process.executablePath))")
        }
    }
}

extension ProcfsError {
    /// The process has ended, or it never was there.
    fileprivate var isEnd: Bool {
        switch self {
        case .noSuchProcess, .noExecutable: true
        case .notPermitted, .unreadable: false
        }
    }
}
