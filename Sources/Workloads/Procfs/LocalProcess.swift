import Glibc
package import SystemPackage

/// A process of this machine as /proc shows it at one moment.
package struct LocalProcess: Sendable {
    /// Thread group id, in the pid namespace of the /proc that was read.
    package let pid: Int32
    /// Its id in the innermost pid namespace that it is in, when that isn't the one of the /proc that was read: a container.
    package let innerPID: Int32?
    /// As /proc/PID/exe has it; " (deleted)" behind it when the file was removed or replaced.
    package let executablePath: String
    /// At most 15 bytes.
    package let commandName: String
    /// The environment the program was started with.
    package let environment: [String: String]

    /// Whether the file was removed or replaced since the process executed it.
    package var isReplaced: Bool { executablePath.hasSuffix(Self.deleted) }

    /// Where the file is, or was.
    package var programPath: String { Self.programPath(executablePath) }

    static func programPath(_ path: String) -> String {
        path.hasSuffix(deleted) ? String(path.dropLast(deleted.count)) : path
    }

    private static let deleted = " (deleted)"
    /// Bytes.
    private static let environmentLimit = 1 << 20

    /// Opens the file that the process runs now.
    package func openExecutable() throws(ProcfsError) -> ExecutableFile {
        try Self.openExecutable(of: pid)
    }

    /// Opens the file that a process runs now.
    package static func openExecutable(of pid: Int32) throws(ProcfsError) -> ExecutableFile {
        let folder = ProcFolder(pid: pid)
        do throws(Errno) {
            return try ExecutableFile(path: folder.path(of: "exe"))
        } catch {
            throw folder.failure(error, file: "exe")
        }
    }

    /// As /proc/PID/exe has it now, nil when there is no such process or it runs no executable.
    package static func executablePath(of pid: Int32) -> String? {
        try? ProcFolder(pid: pid).link("exe")
    }

    /// The file that a process runs now, as stat(2) shows it; nil when there is none.
    package static func executableIdentity(of pid: Int32) -> FileIdentity? {
        try? FileIdentity(path: ProcFolder(pid: pid).path(of: "exe"))
    }

    /// The pids of all processes.
    package static func pids() throws(Errno) -> [Int32] {
        guard let names = FolderNames.read("/proc", foldersOnly: true) else { throw Errno(rawValue: errno) }
        return names.compactMap { Int32($0) }
    }

    /// Reads a process, or the process that a thread belongs to.
    package static func read(pid: Int32) throws(ProcfsError) -> LocalProcess {
        let ids = try threadGroupIDs(of: pid)
        let process = ids.first ?? pid
        let folder = ProcFolder(pid: process)
        return LocalProcess(
            pid: process,
            innerPID: ids.count > 1 ? ids.last : nil,
            executablePath: try folder.link("exe"),
            commandName: text(try folder.contents(of: "comm", limit: 64)),
            environment: environment(in: try folder.contents(of: "environ", limit: environmentLimit)))
    }

    /// The environment a process's program was started with; empty when it can't be read.
    package static func environment(of pid: Int32) -> [String: String] {
        environment(in: (try? ProcFolder(pid: pid).contents(of: "environ", limit: environmentLimit)) ?? [])
    }

    /// The first words of the command line a process was started with, at most eight and 4096 bytes; none when it can't be read.
    package static func arguments(of pid: Int32) -> [String] {
        guard let bytes = try? ProcFolder(pid: pid).contents(of: "cmdline", limit: 1 << 12), !bytes.isEmpty else {
            return []
        }
        return bytes.split(separator: 0, maxSplits: 8, omittingEmptySubsequences: false).prefix(8).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    /// The process that a thread belongs to, by its first thread.
    package static func leader(of pid: Int32) throws(ProcfsError) -> Int32 {
        try threadGroupIDs(of: pid).first ?? pid
    }

    /// proc_pid_status(5): `NStgid:`, the process's ids from the reader's pid namespace to the innermost.
    static func threadGroupIDs(of pid: Int32) throws(ProcfsError) -> [Int32] {
        let status = String(decoding: try ProcFolder(pid: pid).contents(of: "status", limit: 1 << 14), as: UTF8.self)
        let line = status.split(separator: "\n").first { $0.hasPrefix("NStgid:") }
        return line?.split(separator: "\t").dropFirst().compactMap { Int32($0) } ?? []
    }

    private static func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }

    /// NAME=VALUE, each ended by a zero byte. A program may have overwritten it with anything.
    private static func environment(in bytes: [UInt8]) -> [String: String] {
        var variables: [String: String] = [:]
        for entry in bytes.split(separator: 0) {
            guard let separator = entry.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let name = String(decoding: entry[..<separator], as: UTF8.self)
            // The first one wins, as in getenv(3).
            if variables[name] == nil {
                variables[name] = String(decoding: entry[(separator + 1)...], as: UTF8.self)
            }
        }
        return variables
    }
}
