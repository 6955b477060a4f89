import TestSupport

/// Memory that a running process uses, bytes.
struct MemoryUse {
    let anonymous: Int
    let resident: Int
    /// What the kernel charges for the BPF maps that the process has open.
    let maps: Int

    init(of pid: Int32) throws(SystemCallFailure) {
        let status = FieldFile(try readFile("/proc/\(pid)/status"))
        anonymous = (status["RssAnon"] ?? 0) << 10
        resident = (status["VmRSS"] ?? 0) << 10
        var byMap: [Int: Int] = [:]
        for file in FieldFile.ofDescriptors(of: pid) {
            if let map = file["map_id"] { byMap[map] = file["memlock"] }
        }
        maps = byMap.values.reduce(0, +)
    }
}
