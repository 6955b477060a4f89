import Agent
import Probes
import SystemPackage
import Workloads

/// A running process that can be traced, and how.
struct TraceTarget {
    let process: LocalProcess
    let plan: ProbePlan

    /// Looks at processes by their pids. Processes that run one file share its analysis.
    static func resolve(pids: [Int32]) throws(CommandFailure) -> [TraceTarget] {
        var plans: [FileIdentity: ProbePlan] = [:]
        var targets: [TraceTarget] = []
        for pid in pids {
            let process = try read(pid)
            if targets.contains(where: { $0.process.pid == process.pid }) { continue }
            let plan: ProbePlan
            if let known = plans[process.executable] {
                plan = known
            } else {
                plan = try self.plan(for: process)
                plans[process.executable] = plan
            }
            targets.append(TraceTarget(process: process, plan: plan))
        }
        return targets
    }

    private static func read(_ pid: Int32) throws(CommandFailure) -> LocalProcess {
        do throws(ProcfsError) {
            return try LocalProcess.read(pid: pid)
        } catch {
            throw CommandFailure(error)
        }
    }

    private static func plan(for process: LocalProcess) throws(CommandFailure) -> ProbePlan {
        do throws(AnalysisError) {
            return try ExecutableAnalysis(path: process.executableLink).plan()
        } catch {
            throw CommandFailure(error, of: "process \(process.pid) (\(process.executablePath))")
        }
    }
}
