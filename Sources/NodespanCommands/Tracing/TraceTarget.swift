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
        var plans: [FileIdentity: ProbePlan] = [:]
        var targets: [TraceTarget] = []
        var missing: [ProcfsError] = []
        for pid in pids {
            let process: LocalProcess
            let file: ExecutableFile
            do throws(ProcfsError) {
                process = try LocalProcess.read(pid: pid)
                file = try process.openExecutable()
            } catch {
                guard error.isEnd else { throw CommandFailure(error) }
                missing.append(error)
                continue
            }
            if targets.contains(where: { $0.process.pid == process.pid }) { continue }
            let plan: ProbePlan
            if let known = plans[file.identity] {
                plan = known
            } else {
                plan = try self.plan(for: process, file)
                plans[file.identity] = plan
            }
            targets.append(TraceTarget(process: process, file: file, plan: plan))
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
