import Glibc
import TestSupport

/// A control group such as containerd makes for a pod's container. It is real, and goes with this, once the processes have
/// that are in it.
struct PodGroup: ~Copyable {
    let path: String
    let containerID: String

    /// - Parameter uid: the pod's.
    init(uid: String, containerID: String = RunningContainer.newID()) throws {
        let hierarchy = try Self.hierarchy()
        let path = "\(hierarchy)/kubepods/burstable/pod\(uid)/\(containerID)"
        try createFolder(path)
        self.path = path
        self.containerID = containerID
    }

    deinit {
        var tries = 0
        // Empty once the process is gone for good.
        while rmdir(path) != 0, errno == EBUSY, tries < 200 {
            usleep(10_000)
            tries += 1
        }
        let parent = path.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" }
        rmdir(parent)
    }

    /// What a shell has to do for it and what it executes then to be in the group.
    var joining: String { "echo $$ >\(path)/cgroup.procs" }

    /// Where version 2's hierarchy is mounted, also beside version 1.
    private static func hierarchy() throws -> String {
        for path in ["/sys/fs/cgroup/unified", "/sys/fs/cgroup"] where access("\(path)/cgroup.procs", F_OK) == 0 {
            return path
        }
        throw SystemCallFailure("access", "/sys/fs/cgroup")
    }
}
