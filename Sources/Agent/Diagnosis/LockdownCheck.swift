/// What the kernel forbids even root.
struct LockdownCheck: Check {
    func results(on host: Host) async -> [CheckResult] {
        switch Lockdown(host.files) {
        case .none: return [.pass("lockdown", "none")]
        case .unknown: return [.pass("lockdown", "the kernel has none")]
        case .notPermitted:
            // What it forbids shows itself in the checks that try it, so not being able to ask is no lack of rights.
            return [.skip("lockdown", "not permitted to ask for it", remedy: "run as root")]
        case .unreadable(let reason): return [.skip("lockdown", "can't ask for it: \(reason)")]
        case .integrity:
            return [.pass("lockdown", "integrity: forbids to write trace contexts into requests, and nothing else")]
        case .other(let level):
            return [
                .fail(
                    "lockdown", "\(level): the kernel lets no BPF program read memory",
                    remedy: "boot with lockdown=integrity")
            ]
        }
    }
}
