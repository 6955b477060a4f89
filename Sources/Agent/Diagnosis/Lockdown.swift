import Glibc
import SystemPackage

/// How much the kernel forbids even root (kernel_lockdown(7)).
package enum Lockdown: Sendable, Equatable {
    case none
    /// No BPF program may write to the memory of a process.
    case integrity
    /// Any other level: "confidentiality", in which no BPF program may read memory either.
    case other(String)
    /// The kernel doesn't know of it.
    case unknown
    case notPermitted
    case unreadable(String)

    package init(_ files: HostFiles = HostFiles()) {
        do throws(Errno) {
            // "none [integrity] confidentiality"
            let text = try files.text("lockdown", in: "securityfs", at: "/sys/kernel/security")
            let level = text.split(separator: "[").last?.split(separator: "]").first.map(String.init) ?? text
            self =
                switch level {
                case "none": .none
                case "integrity": .integrity
                default: .other(level)
                }
        } catch .noSuchFileOrDirectory, Errno(rawValue: ENODEV) {
            self = .unknown
        } catch .permissionDenied, .notPermitted {
            self = .notPermitted
        } catch {
            self = .unreadable("\(error)")
        }
    }

    /// Whether it is known that no BPF program may write to the memory of a process.
    package var forbidsWrites: Bool {
        switch self {
        case .integrity, .other: true
        case .none, .unknown, .notPermitted, .unreadable: false
        }
    }
}
