import Agent
import BPFRuntime
import Glibc
import GoBinary
import Workloads

/// What the exit status says of a command that could not do its work.
enum FailureStatus: Int32 {
    /// A check failed, or there was nothing to do.
    case failed = 1
    case usage = 2
    case notPermitted = 3
}

/// The end of a command that could not do its work; the message names the remedy where there is one.
struct CommandFailure: Error {
    let status: FailureStatus
    let message: String

    init(_ message: String, status: FailureStatus = .failed) {
        self.status = status
        self.message = message
    }

    init(_ error: ProcfsError) {
        if case .notPermitted = error {
            self.init("\(error)", status: .notPermitted)
        } else {
            self.init("\(error)")
        }
    }

    init(_ error: AnalysisError, of subject: String) {
        if case .file(let error) = error, error.errno == EACCES || error.errno == EPERM {
            self.init("\(subject): \(error)", status: .notPermitted)
        } else {
            self.init("\(subject): \(error)")
        }
    }

    init(_ error: BPFError) {
        switch error.code {
        // With a log, it is the verifier that refuses a program by EACCES.
        case _ where error.code == EPERM || error.code == EACCES && error.log.isEmpty:
            self.init(
                "not permitted to \(error.operation) \(error.subject): run as root; nodespan doctor tells which rights "
                    + "are missing",
                status: .notPermitted)
        case EOPNOTSUPP where error.operation == KernelFeatures.refusal:
            self.init("\(Self.kernelNeeded); \(error.subject) lacks \(error.log)")
        case _ where error.operation == "load object" || error.operation == "attach probes":
            self.init("\(error)\n\(Self.kernelNeeded)")
        default:
            self.init("\(error)")
        }
    }

    private static let kernelNeeded =
        "nodespan needs Linux \(KernelFeatures.oldestKernel) or later with BTF (/sys/kernel/btf/vmlinux)"

    init(_ error: TracerError) {
        if case .bpf(let error) = error {
            self.init(error)
        } else {
            self.init("\(error)")
        }
    }
}

/// The end of a command that has said all there is to say: with `trace -- CMD`, CMD's own exit status.
struct SilentEnding: Error {
    let status: Int32
}
