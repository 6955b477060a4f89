package import SystemPackage

/// An executable file held open: what was analysed is what is armed, whatever becomes of its path in between.
package final class ExecutableFile: Sendable {
    /// Where it was found; another file may be there by now.
    package let path: FilePath
    /// As it was when it was opened.
    package let identity: FileIdentity
    private let descriptor: FileDescriptor

    /// - Parameter path: of a running program best `/proc/PID/exe`, which leads to the file that runs even when it was
    ///   replaced, and into the mount namespace of the process.
    package init(path: FilePath) throws(Errno) {
        let descriptor: FileDescriptor
        do {
            // Non-blocking, since it may be a FIFO that nobody writes to.
            descriptor = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
        } catch {
            throw (error as? Errno) ?? .ioError
        }
        do throws(Errno) {
            identity = try FileIdentity(path: Self.handle(of: descriptor))
        } catch {
            try? descriptor.close()
            throw error
        }
        self.path = path
        self.descriptor = descriptor
    }

    deinit {
        try? descriptor.close()
    }

    /// A path that leads to this very file, in this process, as long as this lives.
    package var handle: FilePath { Self.handle(of: descriptor) }

    /// Whether the file is still as it was when it was opened: a program that doesn't run yet can be overwritten.
    package var isUnchanged: Bool {
        guard let now = try? FileIdentity(path: handle) else { return false }
        return now == identity
    }

    /// The mount through which it was opened, which it keeps busy; nil when that can't be said.
    package var mount: MountID? { MountID(of: descriptor) }

    /// Has the kernel hold back whoever is going to write to it.
    package func lease() throws(Errno) -> FileLease {
        try FileLease(of: descriptor)
    }

    private static func handle(of descriptor: FileDescriptor) -> FilePath {
        FilePath("/proc/self/fd/\(descriptor.rawValue)")
    }
}
