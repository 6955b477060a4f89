/// Whether the process has all rights that tracing takes.
struct PrivilegeCheck: Check {
    private static let needed = "CAP_BPF, CAP_PERFMON, CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH"

    func results(on host: Host) -> [CheckResult] {
        let privileges = host.privileges
        let missing = (privileges.missingForBPF + privileges.missingForProcesses).map(\.name)
        if !missing.isEmpty {
            let user = privileges.userID == 0 ? "root" : "user \(privileges.userID)"
            return [
                .fail(
                    "privileges", "\(user) without \(missing.joined(separator: ", "))",
                    remedy: "run as root, or with the capabilities \(Self.needed)", lacksRights: true)
            ]
        }
        if privileges.isInUserNamespace {
            return [
                .fail(
                    "privileges", "root of a user namespace only, which has no rights over the kernel",
                    remedy: "run outside it: without rootless containers, --userns-remap or hostUsers: false",
                    lacksRights: true)
            ]
        }
        return [.pass("privileges", "\(privileges.userID == 0 ? "root, with" : "has") all capabilities needed")]
    }
}
