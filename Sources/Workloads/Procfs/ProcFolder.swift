import Glibc
import SystemPackage

/// /proc/PID: reads that turn errno into what it means for a process.
struct ProcFolder {
    let pid: Int32

    func contents(of file: String, limit: Int) throws(ProcfsError) -> [UInt8] {
        let descriptor: FileDescriptor
        do {
            descriptor = try FileDescriptor.open(path(of: file), .readOnly, options: .closeOnExec)
        } catch {
            throw failure(error, file: file)
        }
        defer { try? descriptor.close() }
        do {
            return try descriptor.contents(limit: limit)
        } catch {
            throw failure(error, file: file)
        }
    }

    func link(_ file: String) throws(ProcfsError) -> String {
        var length = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(PATH_MAX)) { buffer, count in
            guard let start = buffer.baseAddress else { return }
            length = readlink(path(of: file).string, start, buffer.count)
            count = max(0, length)
        }
        if length < 0 { throw failure(Errno(rawValue: errno), file: file) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Of the entries of a folder in it; none when it can't be read.
    func names(in folder: String) -> [String] {
        FolderNames.read(path(of: folder).string) ?? []
    }

    func path(of file: String) -> FilePath { FilePath("/proc/\(pid)/\(file)") }

    func failure(_ error: any Error, file: String) -> ProcfsError {
        let errno = (error as? Errno) ?? .ioError
        switch errno {
        case .noSuchFileOrDirectory where file == "exe": return .noExecutable(pid)
        case .noSuchFileOrDirectory, .noSuchProcess: return .noSuchProcess(pid)
        case .permissionDenied, .notPermitted: return .notPermitted(pid, file: file)
        default: return .unreadable(pid, file: file, errno)
        }
    }
}
