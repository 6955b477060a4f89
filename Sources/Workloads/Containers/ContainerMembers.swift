internal import SystemPackage

/// The processes of one container, as the control groups made for it list them (cgroups(7), `cgroup.procs`).
enum ContainerMembers {
    /// Where hierarchies are mounted: version 2 alone, beside version 1, and systemd's own of version 1.
    private static let mounts = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd"]
    /// A container that has more groups of its own isn't listed.
    private static let groupLimit = 256
    /// Bytes of one list.
    private static let listLimit = 1 << 18

    /// Nil where they can't be listed, as where no hierarchy is mounted.
    /// - Parameters:
    ///   - pid: one of them, in the pid namespace of /proc.
    ///   - containerID: of its container.
    static func list(with pid: Int32, containerID: String) -> [Int32]? {
        guard let groups = try? ControlGroups.read(pid: pid) else { return nil }
        for path in groups.paths {
            let names = path.split(separator: "/")
            guard let place = names.firstIndex(where: { $0.contains(containerID) }) else { continue }
            let folder = names[...place].joined(separator: "/")
            for mount in mounts {
                // What is mounted there may be another hierarchy.
                if let pids = members(of: "\(mount)/\(folder)"), pids.contains(pid) { return pids }
            }
        }
        return nil
    }

    /// Those of a group and of all below it; nil when one can't be read.
    private static func members(of folder: String) -> [Int32]? {
        var pids: [Int32] = []
        var folders = [folder]
        var next = 0
        while next < folders.count {
            let folder = folders[next]
            guard folders.count <= groupLimit, let list = list(in: folder) else { return nil }
            pids += list
            folders += (FolderNames.read(folder, foldersOnly: true) ?? []).map { "\(folder)/\($0)" }
            next += 1
        }
        return pids
    }

    private static func list(in folder: String) -> [Int32]? {
        guard let file = try? FileDescriptor.open("\(folder)/cgroup.procs", .readOnly, options: .closeOnExec) else {
            return nil
        }
        return try? file.closeAfter {
            let text = String(decoding: try file.contents(limit: listLimit), as: UTF8.self)
            return text.split(separator: "\n").compactMap { Int32($0) }
        }
    }
}
