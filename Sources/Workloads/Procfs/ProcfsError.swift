package import SystemPackage

/// Why a process can't be looked at.
package enum ProcfsError: Error, Equatable {
    case noSuchProcess(Int32)
    /// A kernel thread, or a process that has ended and waits for its parent: there is no executable.
    case noExecutable(Int32)
    case notPermitted(Int32, file: String)
    case unreadable(Int32, file: String, Errno)
}

extension ProcfsError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noSuchProcess(let pid): "process \(pid): no such process"
        case .noExecutable(let pid):
            "process \(pid): it runs no executable (a kernel thread, or a process that has ended)"
        case .notPermitted(let pid, let file):
            "process \(pid): not permitted to read /proc/\(pid)/\(file): run as root, or with CAP_SYS_PTRACE and "
                + "CAP_DAC_READ_SEARCH"
        case .unreadable(let pid, let file, let errno): "process \(pid): reading /proc/\(pid)/\(file): \(errno)"
        }
    }
}
