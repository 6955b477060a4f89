import Glibc
import SystemPackage

/// What the kernel forbids even root (kernel_lockdown(7)).
struct LockdownCheck: Check {
    func results(on host: Host) -> [CheckResult] {
        let text: String
        do throws(Errno) {
            text = try host.files.text("lockdown", in: "securityfs", at: "/sys/kernel/security")
        } catch .noSuchFileOrDirectory, Errno(rawValue: ENODEV) {
            return [.pass("lockdown", "the kernel has none")]
        } catch .permissionDenied, .notPermitted {
            // What it forbids shows itself in the checks that try it, so not being able to ask is no lack of rights.
            return [.skip("lockdown", "not permitted to ask for it", remedy: "run as root")]
        } catch {
            return [.skip("lockdown", "can't ask for it: \(error)")]
        }
        // "none [integrity] confidentiality"
        let level = text.split(separator: "[").last?.split(separator: "]").first.map(String.init) ?? text
        switch level {
        case "none": return [.pass("lockdown", "none")]
        case "integrity":
            return [.pass("lockdown", "integrity: nothing that nodespan does for servers is forbidden")]
        default:
            return [
                .fail(
                    "lockdown", "\(level): the kernel lets no BPF program read memory",
                    remedy: "boot with lockdown=integrity")
            ]
        }
    }
}
