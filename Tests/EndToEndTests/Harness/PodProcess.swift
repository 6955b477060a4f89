import Glibc
import TestSupport

/// A server in a control group such as containerd makes for a pod's container. The group is real, and goes with this.
struct PodProcess: ~Copyable {
    let server: FixtureServer
    let containerID: String
    private let group: String

    /// - Parameters:
    ///   - uid: the pod's.
    ///   - containerID: where the pod's status is to tell of it before it runs.
    init(
        binary: String, uid: String, containerID: String = Self.newContainerID(), environment: [String: String] = [:]
    ) throws {
        let hierarchy = try Self.hierarchy()
        let group = "\(hierarchy)/kubepods/burstable/pod\(uid)/\(containerID)"
        var path = hierarchy
        for part in group.dropFirst(hierarchy.count).split(separator: "/") {
            path += "/\(part)"
            guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw SystemCallFailure("mkdir", path) }
        }
        // From its first instruction on.
        let server = try FixtureServer(
            binary: "/bin/sh", arguments: ["-c", "echo $$ >\(group)/cgroup.procs && exec \(binary)"],
            environment: environment)
        self.containerID = containerID
        self.group = group
        self.server = server
    }

    static func newContainerID() -> String {
        (0..<64).map { _ in String("0123456789abcdef".randomElement() ?? "0") }.joined()
    }

    deinit {
        server.send(SIGKILL)
        var tries = 0
        // Empty once the process is gone for good.
        while rmdir(group) != 0, errno == EBUSY, tries < 200 {
            usleep(10_000)
            tries += 1
        }
        let parent = group.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" }
        rmdir(parent)
    }

    /// Where version 2's hierarchy is mounted, also beside version 1.
    private static func hierarchy() throws -> String {
        for path in ["/sys/fs/cgroup/unified", "/sys/fs/cgroup"] where access("\(path)/cgroup.procs", F_OK) == 0 {
            return path
        }
        throw SystemCallFailure("access", "/sys/fs/cgroup")
    }
}
