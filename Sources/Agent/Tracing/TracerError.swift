package import BPFRuntime
import GoBinary
package import Workloads

/// Why a process isn't being traced.
package enum TracerError: Error {
    case bpf(BPFError)
    case process(ProcfsError)
    /// What a process runs can't be traced.
    case executable(AnalysisError, pid: Int32, path: String)
    /// It ended before its probes were armed.
    case processEnded(Int32)
    /// It isn't the file any more that was analysed.
    case executableChanged(String)
    /// Its code is mapped from no file.
    case noProgram(Int32)
    /// It, or the file that it runs, takes too long to read.
    case unresponsive(Int32)
    /// Too many others take too long to read.
    case crowded
    case tooManyProcesses(limit: Int)
    case tooManyExecutables(limit: Int)
}

extension TracerError {
    /// The process has ended, or it never was there.
    package var isEnd: Bool {
        switch self {
        case .processEnded, .process(.noSuchProcess), .process(.noExecutable): true
        default: false
        }
    }

    /// What the process runs isn't made with Go, or not to be run.
    var isNoGoProgram: Bool {
        switch self {
        case .executable(.binary(.notGo), _, _), .executable(.binary(.notELF), _, _), .executable(.unsuitable, _, _):
            true
        default: false
        }
    }
}

extension TracerError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .bpf(let error): error.description
        case .process(let error): error.description
        case .executable(let error, let pid, let path): "process \(pid) (\(path)): \(error)"
        case .processEnded(let pid): "process \(pid): it ended before it could be traced"
        case .executableChanged(let subject): "\(subject): its program was replaced while it was looked at; try again"
        case .noProgram(let pid):
            "process \(pid): its code is in no file: it has moved it, or is just about to run another program"
        case .unresponsive(let pid):
            "process \(pid): it, or the file that it runs, takes too long to read: is it on a file system that answers?"
        case .crowded:
            "processes aren't looked at: too many that nodespan has looked at don't answer, or wait for a file system; what is "
                + "traced goes on, and nodespan tries again"
        case .tooManyProcesses(let limit): "no more than \(limit) processes can be traced at once"
        case .tooManyExecutables(let limit): "no more than \(limit) executables can be traced at once"
        }
    }
}
