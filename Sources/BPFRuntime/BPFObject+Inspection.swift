import CLibbpf
import Glibc

extension BPFObject {
    /// Whether the kernel has compiled a program to machine code; else it interprets it, many times slower.
    package func isCompiled(_ program: String) throws(BPFError) -> Bool {
        let descriptor = try descriptor(ofProgram: program)
        var information = bpf_prog_info()
        var size = UInt32(MemoryLayout<bpf_prog_info>.size)
        let result = bpf_obj_get_info_by_fd(descriptor, &information, &size)
        if result < 0 { throw BPFError("inspect program", on: "\(name)/\(program)", code: -result) }
        return information.jited_prog_len > 0
    }

    /// What the kernel says that its maps take, bytes, by their names: charged to the memory cgroup of who loaded them.
    package func mapMemory() throws(BPFError) -> [String: UInt64] {
        var sizes: [String: UInt64] = [:]
        for (map, descriptor) in maps {
            let path = "/proc/self/fdinfo/\(descriptor)"
            let bytes = try OwnedDescriptor(opening: path, O_RDONLY).remainder(of: path, limit: 1 << 16)
            for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") where line.hasPrefix("memlock:") {
                sizes[map] = UInt64(line.dropFirst("memlock:".count).drop { $0 == "\t" })
            }
        }
        return sizes
    }
}
