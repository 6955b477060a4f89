import CLibbpf
import Glibc
import TestSupport

/// Records of finished spans that a running agent has read: its ring keeps them until others take their place.
struct RingRecords {
    let records: [[UInt8]]

    /// Of an agent whose ring hasn't been full once: where a record begins is known from the start of the ring only.
    init(of pid: Int32) throws {
        let identities = Set(FieldFile.ofDescriptors(of: pid).compactMap { $0["map_id"] })
        for identity in identities {
            if let records = try Self.records(ofMap: UInt32(identity)) {
                self.records = records
                return
            }
        }
        throw BenchFailure("the agent has no ring of spans")
    }

    /// Nil for another map than the ring.
    private static func records(ofMap identity: UInt32) throws -> [[UInt8]]? {
        let descriptor = bpf_map_get_fd_by_id(identity)
        guard descriptor >= 0 else { throw SystemCallFailure("bpf_map_get_fd_by_id", "\(identity)") }
        defer { close(descriptor) }
        var information = bpf_map_info()
        var size = UInt32(MemoryLayout<bpf_map_info>.size)
        guard bpf_obj_get_info_by_fd(descriptor, &information, &size) == 0 else {
            throw SystemCallFailure("bpf_obj_get_info_by_fd", "\(identity)")
        }
        let name = withUnsafeBytes(of: information.name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        guard name == "spans", information.type == BPF_MAP_TYPE_RINGBUF.rawValue else { return nil }
        let page = sysconf(Int32(_SC_PAGESIZE))
        let length = page + Int(information.max_entries)
        guard let mapped = mmap(nil, length, PROT_READ, MAP_SHARED, descriptor, page), mapped != MAP_FAILED else {
            throw SystemCallFailure("mmap", "ring")
        }
        defer { munmap(mapped, length) }
        let written = Int(load_position(mapped))
        guard written < Int(information.max_entries) else { throw BenchFailure("the ring of spans was full already") }
        return parse(UnsafeRawBufferPointer(start: mapped + page, count: written))
    }

    /// kernel/bpf/ringbuf.c: a word with the length, another, and the record, in multiples of eight bytes.
    private static func parse(_ ring: UnsafeRawBufferPointer) -> [[UInt8]] {
        var records: [[UInt8]] = []
        var position = 0
        while position < ring.count {
            let word = ring.loadUnaligned(fromByteOffset: position, as: UInt32.self)
            let length = Int(word & 0x3fff_ffff)
            if word >> 30 == 0 { records.append(Array(ring[position + 8..<position + 8 + length])) }
            position += (length + 15) & ~7
        }
        return records
    }
}
