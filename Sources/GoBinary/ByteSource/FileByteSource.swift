package import SystemPackage

/// A file read with pread(2). It isn't mapped, so a file that is truncated meanwhile yields a short read, not a signal.
package final class FileByteSource: ByteSource {
    package let size: UInt64
    private let descriptor: FileDescriptor
    private let path: String

    /// Opens a file for reading, for example `/proc/PID/exe`.
    /// - Parameter name: what errors call it, if not by its path.
    package init(path: FilePath, name: String? = nil) throws(ByteSourceError) {
        self.path = name ?? path.string
        do {
            descriptor = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
        } catch {
            throw Self.failure("open", path.string, error)
        }
        do {
            size = UInt64(clamping: try descriptor.seek(offset: 0, from: .end))
        } catch {
            try? descriptor.close()
            throw Self.failure("lseek", path.string, error)
        }
    }

    deinit {
        try? descriptor.close()
    }

    package func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(ByteSourceError) -> Int {
        var stored = 0
        while stored < buffer.count {
            let (position, overflow) = offset.addingReportingOverflow(UInt64(stored))
            guard !overflow, let position = Int64(exactly: position) else { break }
            do {
                let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[stored...])
                let count = try descriptor.read(fromAbsoluteOffset: position, into: rest)
                guard count > 0 else { break }
                stored += count
            } catch {
                throw Self.failure("pread", path, error)
            }
        }
        return stored
    }

    private static func failure(_ operation: String, _ path: String, _ error: any Error) -> ByteSourceError {
        ByteSourceError(operation: operation, path: path, errno: (error as? Errno)?.rawValue ?? Errno.ioError.rawValue)
    }
}
