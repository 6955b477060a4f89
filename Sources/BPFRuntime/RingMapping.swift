import CLibbpf
import Glibc

/// A BPF ring buffer (kernel/bpf/ringbuf.c) in this process's memory: the page where the reader keeps how far it has read, the
/// one where the kernel keeps how far it has been written, and the records. libbpf maps those twice, one behind the other, so
/// that a record never wraps; the second 8 MB counted as resident, and here the few records that wrap are copied.
///
/// One thread at a time reads.
struct RingMapping: ~Copyable, Sendable {
    // Unmapped with this only; positions and lengths are loaded and stored atomically.
    nonisolated(unsafe) private let reader: UnsafeMutableRawPointer
    nonisolated(unsafe) private let writer: UnsafeMutableRawPointer
    private let pageSize: Int
    /// Of the records, bytes: a power of two.
    private let size: Int

    /// Bits of a record's first word, beside its length (include/uapi/linux/bpf.h).
    private static let busy = UInt32(BPF_RINGBUF_BUSY_BIT)
    private static let discarded = UInt32(BPF_RINGBUF_DISCARD_BIT)
    private static let headerSize = Int(BPF_RINGBUF_HDR_SZ)

    init(of ring: borrowing OwnedDescriptor, name: String) throws(BPFError) {
        var information = bpf_map_info()
        var length = UInt32(MemoryLayout<bpf_map_info>.size)
        let result = bpf_obj_get_info_by_fd(ring.number, &information, &length)
        if result < 0 { throw BPFError("inspect ring", on: name, code: -result) }
        let (page, size) = (sysconf(Int32(_SC_PAGESIZE)), Int(information.max_entries))
        let reader = try Self.map(page, PROT_READ | PROT_WRITE, of: ring, at: 0, name: name)
        do throws(BPFError) {
            writer = try Self.map(page + size, PROT_READ, of: ring, at: page, name: name)
        } catch {
            munmap(reader, page)
            throw error
        }
        self.reader = reader
        pageSize = page
        self.size = size
    }

    private static func map(
        _ length: Int, _ protection: Int32, of ring: borrowing OwnedDescriptor, at offset: Int, name: String
    ) throws(BPFError) -> UnsafeMutableRawPointer {
        let mapped = mmap(nil, length, protection, MAP_SHARED, ring.number, offset)
        guard let mapped, mapped != MAP_FAILED else { throw BPFError("map ring", on: name, code: errno) }
        return mapped
    }

    deinit {
        munmap(reader, pageSize)
        munmap(writer, pageSize + size)
    }

    /// How far it has been read, in bytes since it was made.
    var read: UInt64 { load_position(reader) }

    /// How far it has been written. Records that are being written are behind it, too.
    var written: UInt64 { load_position(writer) }

    /// Reads until it is empty, or comes to a record that is still being written.
    /// - Parameters:
    ///   - limit: of records.
    ///   - take: the bytes are valid during the call.
    /// - Returns: how many records there were.
    func consume(limit: Int, _ take: (UnsafeRawBufferPointer) -> Void) -> Int {
        let records = writer + pageSize
        var (position, taken) = (read, 0)
        while taken < limit, position < written {
            let header = Int(position & UInt64(size - 1))
            let word = load_word(records + header)
            if word & Self.busy != 0 { break }
            let length = Int(word & ~(Self.busy | Self.discarded))
            if word & Self.discarded == 0 {
                hand(over: records, from: (header + Self.headerSize) & (size - 1), length: length, to: take)
                taken += 1
            }
            position += UInt64((length + Self.headerSize + 7) & ~7)
            store_position(reader, position)
        }
        return taken
    }

    private func hand(
        over records: UnsafeMutableRawPointer, from start: Int, length: Int, to take: (UnsafeRawBufferPointer) -> Void
    ) {
        let first = min(length, size - start)
        if first == length { return take(UnsafeRawBufferPointer(start: records + start, count: length)) }
        withUnsafeTemporaryAllocation(byteCount: length, alignment: 8) { whole in
            whole.copyMemory(from: UnsafeRawBufferPointer(start: records + start, count: first))
            UnsafeMutableRawBufferPointer(rebasing: whole[first...])
                .copyMemory(from: UnsafeRawBufferPointer(start: records, count: length - first))
            take(UnsafeRawBufferPointer(whole))
        }
    }
}
