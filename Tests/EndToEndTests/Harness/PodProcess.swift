import Glibc
import TestSupport

/// A server in a control group such as containerd makes for a pod's container.
struct PodProcess: ~Copyable {
    let server: FixtureServer
    private let group: PodGroup

    /// - Parameters:
    ///   - uid: the pod's.
    ///   - containerID: where the pod's status is to tell of it before it runs.
    init(
        binary: String, arguments: [String] = [], uid: String, containerID: String = RunningContainer.newID(),
        environment: [String: String] = [:]
    ) throws {
        let group = try PodGroup(uid: uid, containerID: containerID)
        // From its first instruction on.
        server = try FixtureServer(
            binary: "/bin/sh",
            arguments: ["-c", "\(group.joining) && exec \"$@\"", "sh", binary] + arguments, environment: environment)
        self.group = group
    }

    deinit { server.send(SIGKILL) }

    var containerID: String { group.containerID }
}
