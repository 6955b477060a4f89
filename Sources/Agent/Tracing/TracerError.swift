package import BPFRuntime

/// Why a process isn't being traced.
package enum TracerError: Error {
    case bpf(BPFError)
    /// It ended before its probes were armed.
    case processEnded(Int32)
    /// It isn't the file any more that was analysed.
    case executableChanged(String)
    case tooManyProcesses(limit: Int)
    case tooManyExecutables(limit: Int)
}

extension TracerError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .bpf(let error): error.description
        case .processEnded(let pid): "process \(pid): it ended before it could be traced"
        case .executableChanged(let subject): "\(subject): its program was replaced while it was looked at; try again"
        case .tooManyProcesses(let limit): "no more than \(limit) processes can be traced at once"
        case .tooManyExecutables(let limit): "no more than \(limit) executables can be traced at once"
        }
    }
}
