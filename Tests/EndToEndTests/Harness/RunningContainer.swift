import Glibc
import TestSupport

/// A container of a pod, run by a containerd and runc as by the kubelet's order: with the control group and, if they are
/// asked for, the mounts that tell whose it is. It uses the host's network.
struct RunningContainer: ~Copyable {
    /// How runtimes name the groups of a pod's container. The QoS class is Burstable.
    enum Group {
        case cgroupfs, systemd
        /// What comes of a systemd path for a runtime that takes it for a folder's.
        case mismatched

        func path(pod uid: String, container id: String) -> String {
            let slice = "kubepods-burstable-pod\(String(uid.map { $0 == "-" ? "_" : $0 })).slice"
            return switch self {
            case .cgroupfs: "/kubepods/burstable/pod\(uid)/\(id)"
            case .systemd: "/kubepods.slice/kubepods-burstable.slice/\(slice)/cri-containerd-\(id).scope"
            case .mismatched: "/\(slice):cri-containerd:\(id)"
            }
        }
    }

    let id: String
    /// Of its first process.
    let pid: Int32
    /// Where its programs say that they listen.
    let ports: [UInt16]
    private let containerd: Containerd
    private let group: String
    private var process: ChildProcess

    /// Returns once so many lines say where its programs listen.
    ///
    /// - Parameters:
    ///   - uid: the pod's.
    ///   - name: the container's: with it come the kubelet's mounts.
    ///   - options: of `ctr run`.
    init(
        _ command: [String], listening count: Int = 1, by containerd: Containerd, pod uid: String, id: String = newID(),
        named name: String? = nil, group shape: Group = .cgroupfs, options: [String] = []
    ) throws {
        let group = shape.path(pod: uid, container: id)
        let mounts = try name.map { try Self.mounts(in: containerd.folder, pod: uid, container: $0) } ?? []
        let process = try ChildProcess(
            containerd.client + ["run", "--rm", "--net-host", "--cgroup", group] + mounts + options
                + [Containerd.image, id] + command)
        var printed = GatheredOutput(of: process)
        printed.gather(for: .seconds(20)) { $0.outputLines >= count }
        let ports = printed.outputText.split(separator: "\n").compactMap { FixtureServer.port(in: String($0)) }
        guard ports.count == count else { throw NotListening(printed: printed.outputText + printed.errorText) }
        // TASK PID STATUS
        let tasks = try containerd.control("task", "ls").output.split(separator: "\n").map { $0.split(separator: " ") }
        guard let pid = tasks.first(where: { $0.first.map(String.init) == id }).flatMap({ Int32($0[1]) }) else {
            throw NotListening(printed: "no task \(id)")
        }
        self.id = id
        self.pid = pid
        self.ports = ports
        self.containerd = containerd
        self.group = group
        self.process = process
    }

    deinit {
        try? kill()
        // Its client deletes what was made for it, and ends.
        var printed = GatheredOutput(of: process)
        printed.gather(for: .seconds(20)) { _ in false }
        // runc removes the container's own group, and the kubelet would remove the pod's.
        let pod = group.split(separator: "/").dropLast().joined(separator: "/")
        for hierarchy in [""] + ((try? Self.folders(in: "/sys/fs/cgroup")) ?? []) where !pod.isEmpty {
            rmdir("/sys/fs/cgroup/\(hierarchy)/\(pod)")
        }
    }

    static func newID() -> String { String((0..<64).map { _ in "0123456789abcdef".randomElement() ?? "0" }) }

    /// Whether its root is mounted.
    var isMounted: Bool {
        get throws { String(decoding: try readFile("/proc/self/mountinfo"), as: UTF8.self).contains("/\(id)/rootfs ") }
    }

    /// Of its first process.
    var children: [Int32] {
        get throws {
            String(decoding: try readFile("/proc/\(pid)/task/\(pid)/children"), as: UTF8.self).split(separator: " ")
                .compactMap { Int32($0) }
        }
    }

    /// Starts one more server in it, from outside, as `kubectl exec` does.
    func enter(_ command: String...) throws -> FixtureServer {
        try FixtureServer(
            binary: containerd.client[0],
            arguments: containerd.client.dropFirst() + ["task", "exec", "--exec-id", "other", id] + command)
    }

    func kill() throws { try containerd.control("task", "kill", "--signal", "KILL", id) }

    /// The status of its end, once it and all that was made for it has been deleted.
    mutating func end() -> Int32? { process.poll() }

    private static func mounts(in folder: String, pod uid: String, container: String) throws -> [String] {
        let pod = "\(folder)/kubelet/pods/\(uid)"
        let files = ["containers/\(container)/5f1c22d0": "/dev/termination-log", "etc-hosts": "/etc/hosts"]
        return try files.flatMap { file, target in
            try createFolder("\(pod)/\(file)".split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" })
            try writeFile("\(pod)/\(file)", [])
            return ["--mount", "type=bind,src=\(pod)/\(file),dst=\(target),options=rbind:rw"]
        }
    }

    private static func folders(in path: String) throws -> [String] {
        guard let stream = opendir(path) else { throw SystemCallFailure("opendir", path) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                })
        }
        return names.filter { !$0.hasPrefix(".") }
    }
}
