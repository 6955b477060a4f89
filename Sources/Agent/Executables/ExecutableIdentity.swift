import CBPF
package import Workloads

/// Which file a program's code is in: what is armed for one process is armed for all of the same identity.
package enum ExecutableIdentity: Hashable, Sendable {
    /// The inode behind the mapping, as the kernel's probes know it; the mounts of an overlay share it.
    case inode(device: UInt32, number: UInt64, generation: UInt32)
    /// What stat(2) shows, where the kernel can't tell the inode: a file whose mode was changed is taken for another one.
    case status(FileIdentity)
}

/// An executable with what it holds now: while none runs it, a file can be overwritten.
package struct ExecutableState: Hashable, Sendable {
    package let identity: ExecutableIdentity
    /// Bytes.
    let size: UInt64
    /// `st_ctim`, nanoseconds since 1970.
    let changedNanoseconds: Int64

    init(_ file: ns_mapped_file) {
        identity = .inode(device: file.device, number: file.inode, generation: file.generation)
        size = file.size
        changedNanoseconds = file.changed_ns
    }

    init(_ file: FileIdentity) {
        identity = .status(file)
        size = file.size
        changedNanoseconds = file.changedNanoseconds
    }
}
