import BPFRuntime

/// What is said before anything is traced.
enum StartMessages {
    /// Why programs won't pass trace contexts on.
    static func print(_ obstacle: BPFError) {
        let reason =
            obstacle.isAboutWriting
            ? "the kernel lets no BPF program write to a program's memory (lockdown, as with Secure Boot); nodespan doctor "
                + "tells more"
            : "\(obstacle)"
        StandardError.print("requests that programs send will carry no trace context: \(reason)")
    }

    static func print(_ healing: Healing) {
        for finding in healing.healed {
            StandardError.print(
                "healed \(finding.path): \(finding.offsets.count) breakpoints that a killed nodespan had left in "
                    + "processes \(finding.processes.map(String.init).joined(separator: ", "))")
        }
        for finding in healing.remaining {
            StandardError.print(
                "breakpoints that a killed nodespan had left in \(finding.path) can't be told from those of another "
                    + "tracer, and stay until the next start")
        }
        for path in healing.unreadable { StandardError.print("\(path) is no record of armed probes; left alone") }
    }
}
