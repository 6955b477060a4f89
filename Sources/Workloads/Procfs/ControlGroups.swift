/// The control groups of a process.
package enum ControlGroups {
    /// As /proc/PID/cgroup has them: cgroups(7), one of each hierarchy, without repetition. Empty when it can't be read.
    package static func paths(of pid: Int32) -> [String] {
        guard let bytes = try? ProcFolder(pid: pid).contents(of: "cgroup", limit: 1 << 16) else { return [] }
        return paths(in: String(decoding: bytes, as: UTF8.self))
    }

    /// `ID:CONTROLLERS:PATH` a line.
    package static func paths(in text: String) -> [String] {
        var paths: [String] = []
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            if fields.count == 3, !paths.contains(String(fields[2])) { paths.append(String(fields[2])) }
        }
        return paths
    }
}
