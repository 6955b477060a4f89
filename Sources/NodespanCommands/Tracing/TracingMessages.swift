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
    static func printMissing(_ candidate: TraceCandidate, tracedBy tracer: Tracer) {
        for library in candidate.executable.plan.libraries where tracer.arms(library.purpose) {
            let subject = "process \(candidate.process.pid): \(library.name)"
            switch library.state {
            case .ready, .absent: continue
            case .partial:
                for missing in library.missing {
                    StandardError.print("\(subject): \(missing.consequence) (\(missing.what): \(missing.reason))")
                }
            case .refused:
                let reasons = library.missing.filter { $0.consequence == library.purpose.loss }
                    .map { "\($0.what): \($0.reason)" }
                StandardError.print("\(subject): \(library.purpose.loss) (\(reasons.joined(separator: "; ")))")
            }
        }
    }
}

extension Tracer {
    /// Whether what finds routes, or writes into requests, is armed.
    fileprivate nonisolated func arms(_ purpose: LibraryReport.Purpose) -> Bool {
        switch purpose {
        case .spans: true
        case .routes: findsRoutes
        case .propagation: propagates
        }
    }
}
