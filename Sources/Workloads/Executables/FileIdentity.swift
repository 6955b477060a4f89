internal import Glibc
package import SystemPackage

/// Which file it is, and in which state. Overlay mounts of one lower file differ in their devices, so that the device is no
/// part of it; a copied-up file has another time of change.
package struct FileIdentity: Hashable, Sendable {
    package let inode: UInt64
    /// Bytes.
    package let size: UInt64
    /// `st_ctim`, nanoseconds since 1970.
    package let changedNanoseconds: Int64

    /// The file at a path, links followed.
    package init(path: FilePath) throws(Errno) {
        var status = stat()
        if stat(path.string, &status) != 0 { throw Errno(rawValue: errno) }
        inode = UInt64(status.st_ino)
        size = UInt64(status.st_size)
        changedNanoseconds = Int64(status.st_ctim.tv_sec) * 1_000_000_000 + Int64(status.st_ctim.tv_nsec)
    }
}
