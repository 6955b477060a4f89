import SystemPackage

/// The memory that the process's control group allows it, which BPF maps are charged to.
struct MemoryLimit {
    /// Bytes; nil when there is none.
    let bytes: UInt64?

    /// Looks at the group and those above it, as far as they are mounted here (cgroups(7)).
    init(_ files: HostFiles) {
        var lowest: UInt64?
        for line in ((try? files.text("/proc/self/cgroup")) ?? "").split(separator: "\n") {
            // "ID:CONTROLLERS:PATH", with neither id nor controllers in version 2.
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            let (mount, file): (String, String)
            switch fields[1] {
            case "": (mount, file) = ("/sys/fs/cgroup", "memory.max")
            case "memory": (mount, file) = ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")
            default: continue
            }
            var group = FilePath(String(fields[2]))
            while true {
                let path = mount + (group.string == "/" ? "" : group.string)
                // "max", or in version 1 a number near the largest there is, where there is no limit.
                if let limit = (try? files.text("\(path)/\(file)")).flatMap({ UInt64($0) }), limit < 1 << 60 {
                    lowest = min(lowest ?? limit, limit)
                }
                guard group.removeLastComponent() else { break }
            }
        }
        bytes = lowest
    }
}
