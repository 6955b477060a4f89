import Agent
import Probes
import Workloads

/// What is said of traced processes.
enum TracingMessages {
    /// One process, as it is named where several are.
    static func name(_ candidate: TraceCandidate) -> String {
        "\(candidate.process.commandName) (pid \(candidate.process.pid), \(candidate.executable.plan.goVersion))"
    }

    /// Something else than what was written showed up in a process.
    static func writesOff(_ pid: Int32) -> String {
        "process \(pid): what was written into a request was not there afterwards; nothing is written to it any more, and its "
            + "requests carry no trace context"
    }

    /// What spans of a process will lack, and why.
    static func printMissing(_ candidate: TraceCandidate) {
        for library in candidate.executable.plan.libraries where library.state == .partial {
            for missing in library.missing {
                StandardError.print(
                    "process \(candidate.process.pid): \(library.name): \(missing.consequence) (\(missing.what): "
                        + "\(missing.reason))")
            }
        }
    }
}
