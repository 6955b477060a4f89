import CLibbpf
import Glibc
import TestSupport

/// What a running nodespan holds that could grow without end.
struct AgentFootprint {
    /// Of memory, that is no file's: bytes.
    let anonymous: Int
    let descriptors: Int
    let threads: Int
    /// Entries of all its BPF hash maps.
    let mapEntries: Int
    let armed: ArmedSites

    init(of pid: Int32) throws {
        let status = DescriptorFields.fields(try readFile("/proc/\(pid)/status"))
        anonymous = (status["RssAnon"] ?? 0) << 10
        threads = status["Threads"] ?? 0
        let held = try DescriptorFields.all(of: pid)
        descriptors = held.count
        let maps = Set(held.filter { $0["map_type"] == Int(BPF_MAP_TYPE_HASH.rawValue) }.compactMap { $0["map_id"] })
        mapEntries = try maps.reduce(0) { try $0 + Self.entries(ofMap: UInt32($1)) }
        armed = try ArmedSites(of: pid)
    }

    private static func entries(ofMap id: UInt32) throws -> Int {
        let map = bpf_map_get_fd_by_id(id)
        guard map >= 0 else { throw SystemCallFailure("bpf", "map \(id)") }
        defer { close(map) }
        // Longer than any key.
        var key = [UInt8](repeating: 0, count: 256)
        var next = key
        var count = 0
        var result = bpf_map_get_next_key(map, nil, &next)
        while result == 0 {
            count += 1
            key = next
            result = bpf_map_get_next_key(map, &key, &next)
        }
        return count
    }
}
