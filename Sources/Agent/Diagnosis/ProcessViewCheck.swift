import Glibc
import SystemPackage

/// Whether the processes of the machine can be seen, and looked at.
struct ProcessViewCheck: Check {
    /// Inode of the initial pid namespace (PID_NS_INIT_INO, include/uapi/linux/nsfs.h).
    private static let initial = "pid:[4026531836]"

    func results(on host: Host) -> [CheckResult] {
        [namespace(host), folder(host)]
    }

    private func namespace(_ host: Host) -> CheckResult {
        do throws(Errno) {
            guard try host.files.link("/proc/self/ns/pid") == Self.initial else {
                return .warn(
                    "pid-namespace", "in a pid namespace of its own: only the processes in it can be named and traced",
                    remedy: "to trace the node's, run on the host, or in its namespace (Kubernetes: hostPID: true; "
                        + "Docker: --pid=host)")
            }
        } catch {
            return .fail("pid-namespace", "/proc/self/ns/pid: \(error)", remedy: "mount this pid namespace's /proc")
        }
        return .pass("pid-namespace", "the machine's own: all processes can be named")
    }

    private func folder(_ host: Host) -> CheckResult {
        do throws(Errno) {
            guard Int32(try host.files.link("/proc/self")) == getpid() else {
                return .fail(
                    "procfs", "/proc is that of another pid namespace",
                    remedy: "mount this one's: unshare --mount-proc, or mount -t proc proc /proc")
            }
        } catch {
            return .fail(
                "procfs", "/proc/self: \(error)", remedy: "mount this pid namespace's: mount -t proc proc /proc")
        }
        let hiding = Self.hiding(in: (try? host.files.text("/proc/self/mountinfo")) ?? "")
        var (seen, open) = (0, 0)
        for pid in host.files.names("/proc").compactMap({ Int32($0) }) where pid != getpid() {
            do throws(Errno) {
                _ = try host.files.link("/proc/\(pid)/exe")
                open += 1
            } catch .permissionDenied, .notPermitted {
                seen += 1
            } catch {
                // A kernel thread, or it has ended.
            }
        }
        seen += open
        let hint = hiding.map { "; /proc is mounted with \($0)" } ?? ""
        if !host.privileges.missingForProcesses.isEmpty || host.privileges.isInUserNamespace {
            return .notPermitted("procfs", to: "look at the processes of others\(hint)")
        }
        if seen > 0, open == 0 {
            return .fail(
                "procfs", "of \(seen) other processes none may be looked at\(hint)",
                remedy: "have the security profile (AppArmor, SELinux, seccomp) allow reading other processes")
        }
        return .pass(
            "procfs", seen == 0 ? "no other process here" : "\(open) of \(seen) other processes can be looked at\(hint)"
        )
    }

    /// The mount option by which /proc hides processes, if it does (proc(5)).
    private static func hiding(in mounts: String) -> String? {
        let line = mounts.split(separator: "\n").last { line in
            let fields = line.split(separator: " ")
            return fields.count > 4 && fields[4] == "/proc"
        }
        guard let options = line?.split(separator: " ").last else { return nil }
        let option = options.split(separator: ",").first { $0.hasPrefix("hidepid=") }
        guard let option, option != "hidepid=0", option != "hidepid=off" else { return nil }
        return String(option)
    }
}
