import Agent
import Probes
import Workloads

/// A running process that can be traced, and how.
struct TraceTarget {
    let process: LocalProcess
    let file: ExecutableFile
    let plan: ProbePlan

    /// Looks at processes by their pids. Processes that run one file share its analysis.
    static func resolve(pids: [Int32]) throws(CommandFailure) -> [TraceTarget] {
        var plans: [FileIdentity: ProbePlan] = [:]
        var targets: [TraceTarget] = []
        for pid in pids {
            let (process, file) = try open(pid)
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
        return targets
    }

    private static func open(_ pid: Int32) throws(CommandFailure) -> (LocalProcess, ExecutableFile) {
        do throws(ProcfsError) {
            let process = try LocalProcess.read(pid: pid)
            return (process, try process.openExecutable())
        } catch {
            throw CommandFailure(error)
        }
    }

    private static func plan(for process: LocalProcess, _ file: ExecutableFile) throws(CommandFailure) -> ProbePlan {
        do throws(AnalysisError) {
            return try ExecutableAnalysis(of: file).plan()
        } catch {
            throw CommandFailure(error, of: "process \(process.pid) (\(process.executablePath))")
        }
    }
}
