import CLibbpf
import Glibc

/// BPF links that have uprobes, whoever made them (the kernel tells of them from Linux 6.6 on).
package struct UprobeLinks: Sendable {
    package struct Link: Equatable, Sendable {
        /// The kernel's number of the link.
        package let id: UInt32
        /// The file that has the probes, as its owner named it when it opened it; "" when the kernel doesn't tell.
        package let path: String
        /// Number of places.
        package let count: Int
    }

    /// Every link of the machine. Takes CAP_SYS_ADMIN.
    package static func all() throws(BPFError) -> [Link] {
        var links: [Link] = []
        var id: UInt32 = 0
        while true {
            let result = bpf_link_get_next_id(id, &id)
            if result == -ENOENT { return links }
            if result < 0 { throw BPFError("list", on: "BPF links", code: -result) }
            let descriptor = bpf_link_get_fd_by_id(id)
            // It has gone since.
            if descriptor == -ENOENT { continue }
            if descriptor < 0 { throw BPFError("open", on: "BPF link \(id)", code: -descriptor) }
            if let link = try describe(OwnedDescriptor(owning: descriptor), id: id) { links.append(link) }
        }
    }

    /// The links that a process holds by descriptors.
    package static func held(by pid: Int32) -> Set<UInt32> {
        var ids: Set<UInt32> = []
        for name in (try? Healing.entries(of: "/proc/\(pid)/fdinfo")) ?? [] {
            let path = "/proc/\(pid)/fdinfo/\(name)"
            guard let bytes = try? OwnedDescriptor(opening: path, O_RDONLY).remainder(of: path, limit: 1 << 20) else {
                continue
            }
            for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") where line.hasPrefix("link_id:") {
                if let id = UInt32(line.dropFirst("link_id:".count).drop { $0 == "\t" }) { ids.insert(id) }
            }
        }
        return ids
    }

    private static func describe(_ link: consuming OwnedDescriptor, id: UInt32) throws(BPFError) -> Link? {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = uprobes_of_link(link.number, &path, UInt32(path.count))
        if count < 0 { throw BPFError("inspect", on: "BPF link \(id)", code: errno) }
        if count == 0 { return nil }
        let name = path.prefix { $0 != 0 }.map { UInt8(truncatingIfNeeded: $0) }
        return Link(id: id, path: String(decoding: name, as: UTF8.self), count: Int(count))
    }
}
