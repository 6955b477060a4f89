import Glibc

/// An executable file that is armed: which one, and what its code says where the breakpoints are.
package struct ArmedFile: Hashable, Sendable {
    /// A place with a breakpoint.
    package struct Site: Hashable, Sendable {
        /// File offset, bytes.
        package let offset: UInt64
        /// The file's own bytes there, at least as many as a breakpoint has.
        package let bytes: [UInt8]
    }

    /// `st_dev` as seen through the path it was armed by; the mounts of an overlay differ in it.
    package let device: UInt64
    package let inode: UInt64
    /// Bytes.
    package let size: UInt64
    /// `st_ctim`, nanoseconds since 1970.
    package let changedNanoseconds: Int64
    package let sites: [Site]

    /// Reads what is at the offsets, and with that has the kernel read the pages: arming pages that are not in memory
    /// makes ext4 complain (Linux 6.18, ext4_check_map_extents_env).
    init(_ descriptor: borrowing OwnedDescriptor, path: String, offsets: some Sequence<UInt64>) throws(BPFError) {
        var status = stat()
        if fstat(descriptor.number, &status) != 0 { throw BPFError("stat", on: path, code: errno) }
        if status.st_mode & S_IFMT != S_IFREG { throw BPFError("arm", on: path, code: EINVAL) }
        var sites: [Site] = []
        for offset in Set(offsets).sorted() {
            let count = Breakpoint.bytes.count
            guard let bytes = descriptor.bytes(at: offset, count: count), bytes.count == count else {
                throw BPFError("read code at offset \(offset)", on: path, code: EIO)
            }
            sites.append(Site(offset: offset, bytes: bytes))
        }
        self.init(status, sites: sites)
    }

    private init(_ status: stat, sites: [Site]) {
        self.init(
            device: UInt64(status.st_dev), inode: UInt64(status.st_ino), size: UInt64(status.st_size),
            changedNanoseconds: Int64(status.st_ctim.tv_sec) * 1_000_000_000 + Int64(status.st_ctim.tv_nsec),
            sites: sites)
    }

    init(device: UInt64, inode: UInt64, size: UInt64, changedNanoseconds: Int64, sites: [Site]) {
        self.device = device
        self.inode = inode
        self.size = size
        self.changedNanoseconds = changedNanoseconds
        self.sites = sites
    }

    /// The device of the file at a path if that may be this file, else nil. The device itself is not compared, because of
    /// overlays; a file that only looks alike costs nothing, since what counts is what its processes' memory holds.
    func device(at path: String) -> UInt64? {
        var status = stat()
        guard stat(path, &status) == 0, UInt64(status.st_ino) == inode, UInt64(status.st_size) == size else {
            return nil
        }
        return UInt64(status.st_dev)
    }
}
