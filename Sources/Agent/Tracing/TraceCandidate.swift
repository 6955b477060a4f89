import CBPF
package import Workloads

/// A running process that can be traced, as it was at one moment.
package struct TraceCandidate: Sendable {
    package let process: LocalProcess
    package let executable: KnownExecutable
    let image: ns_process_image
}
