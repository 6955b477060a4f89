/// Whether programs are checkpointed here: what is restored has the breakpoints of the moment it was saved in.
struct CheckpointCheck: Check {
    private static let folders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]

    func results(on host: Host) -> [CheckResult] {
        // From a container that sees the host's processes, the host's own files are below its first process's root.
        for root in ["", "/proc/1/root"] {
            for folder in Self.folders where host.files.exists("\(root)\(folder)/criu") {
                return [
                    .warn(
                        "checkpoint",
                        "\(folder)/criu is installed, and a checkpoint of a traced program keeps its probes",
                        remedy: "stop tracing a program before it is checkpointed")
                ]
            }
        }
        return [.pass("checkpoint", "no criu here")]
    }
}
