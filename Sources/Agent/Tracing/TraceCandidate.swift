import CBPF
package import Workloads

/// A running process that can be traced, as it was at one moment.
package struct TraceCandidate: Sendable {
    package let process: LocalProcess
    package let executable: KnownExecutable
    let image: ns_process_image
}

/// A running process, as it was while one and the same program ran in it, if that is the one that still runs.
struct ProcessLook: Sendable {
    let process: LocalProcess
    let image: ns_process_image
    let state: ExecutableState
}
