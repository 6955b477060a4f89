internal import CLinux
internal import Glibc
package import SystemPackage

/// Which file it is, and in which state. Overlay mounts of one lower file differ in their devices, so that on those the device
/// is no part of it; a copied-up file has another time of change.
package struct FileIdentity: Hashable, Sendable {
    /// `st_dev`; 0 on an overlay.
    package let device: UInt64
    package let inode: UInt64
    /// Bytes.
    package let size: UInt64
    /// `st_ctim`, nanoseconds since 1970.
    package let changedNanoseconds: Int64

    /// The file at a path, links followed.
    package init(path: FilePath) throws(Errno) {
        var status = stat()
        if stat(path.string, &status) != 0 { throw Errno(rawValue: errno) }
        var fileSystem = statfs()
        if statfs(path.string, &fileSystem) != 0 { throw Errno(rawValue: errno) }
        device = fileSystem.f_type == OVERLAYFS_SUPER_MAGIC ? 0 : UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = UInt64(status.st_size)
        changedNanoseconds = Int64(status.st_ctim.tv_sec) * 1_000_000_000 + Int64(status.st_ctim.tv_nsec)
    }
}
