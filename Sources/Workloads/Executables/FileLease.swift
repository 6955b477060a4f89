internal import CLinux
internal import Glibc
internal import SystemPackage

/// A read lease on a file (fcntl(2)): whoever opens it for writing, or truncates it, waits until this goes, 45 seconds at most.
/// A program that runs can't be written to anyway; this is for the time in which none runs.
///
/// It keeps the file open, and so its mount busy.
package final class FileLease: Sendable {
    private let descriptor: FileDescriptor

    /// Fails where the file system has no leases, the file is open for writing, or it is somebody else's and this process has
    /// no CAP_LEASE.
    init(of file: FileDescriptor) throws(Errno) {
        do {
            descriptor = try FileDescriptor.open("/proc/self/fd/\(file.rawValue)", .readOnly, options: .closeOnExec)
        } catch {
            throw (error as? Errno) ?? .ioError
        }
        guard take_read_lease(descriptor.rawValue) == 0 else {
            let error = Errno(rawValue: errno)
            try? descriptor.close()
            throw error
        }
    }

    deinit {
        try? descriptor.close()
    }

    /// Lets everybody write to the file from now on.
    package func giveUp() { drop_lease(descriptor.rawValue) }

    /// Whether somebody waits to write to the file, or may write to it.
    package var isAwaited: Bool { has_read_lease(descriptor.rawValue) == 0 }
}
