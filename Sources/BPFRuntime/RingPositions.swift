import CLibbpf
import Glibc

/// How far a ring buffer has been written and read, in bytes since it was made: its first two pages, where the kernel and the
/// reader keep that (kernel/bpf/ringbuf.c: struct bpf_ringbuf).
struct RingPositions: ~Copyable, Sendable {
    // Unmapped with this only; the numbers in it are loaded atomically.
    nonisolated(unsafe) private let pages: UnsafeMutableRawPointer
    private let pageSize: Int

    init(of ring: borrowing OwnedDescriptor, name: String) throws(BPFError) {
        pageSize = sysconf(Int32(_SC_PAGESIZE))
        let mapped = mmap(nil, 2 * pageSize, PROT_READ, MAP_SHARED, ring.number, 0)
        guard let mapped, mapped != MAP_FAILED else { throw BPFError("map ring", on: name, code: errno) }
        pages = mapped
    }

    deinit {
        munmap(pages, 2 * pageSize)
    }

    var read: UInt64 { load_position(pages) }

    /// Records that are being written are behind it, too.
    var written: UInt64 { load_position(pages + pageSize) }
}
