import SystemPackage

/// Which version of control groups the machine uses.
struct CgroupCheck: Check {
    func results(on host: Host) -> [CheckResult] {
        let mounts: String
        do throws(Errno) {
            mounts = try host.files.text("/proc/self/mountinfo")
        } catch {
            return [.skip("cgroups", "/proc/self/mountinfo: \(error)")]
        }
        // "… - TYPE SOURCE OPTIONS" (proc_pid_mountinfo(5))
        let types = mounts.split(separator: "\n").compactMap { line in
            line.split(separator: " ").drop { $0 != "-" }.dropFirst().first
        }
        return switch (types.contains("cgroup"), types.contains("cgroup2")) {
        case (true, true): [.pass("cgroups", "hybrid: version 1 beside version 2")]
        case (true, false): [.pass("cgroups", "version 1")]
        case (false, true): [.pass("cgroups", "version 2")]
        case (false, false): [.skip("cgroups", "none are mounted")]
        }
    }
}
