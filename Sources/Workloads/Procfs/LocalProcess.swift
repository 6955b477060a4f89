package import SystemPackage

/// A process of this machine as /proc shows it at one moment.
package struct LocalProcess: Sendable {
    /// Thread group id, in the pid namespace of the /proc that was read.
    package let pid: Int32
    /// As /proc/PID/exe has it; " (deleted)" behind it when the file was removed or replaced.
    package let executablePath: String
    /// Which file it is: device and inode, by stat of /proc/PID/exe.
    package let executable: FileIdentity
    /// At most 15 bytes.
    package let commandName: String
    /// The environment the program was started with.
    package let environment: [String: String]

    /// The path to open or arm the executable by. It leads to the file that runs even if it was replaced, and into whatever
    /// mount namespace the process is in.
    package var executableLink: FilePath { FilePath("/proc/\(pid)/exe") }

    /// Reads a process, or the process that a thread belongs to.
    package static func read(pid: Int32) throws(ProcfsError) -> LocalProcess {
        let process = try threadGroup(of: pid)
        let folder = ProcFolder(pid: process)
        return LocalProcess(
            pid: process,
            executablePath: try folder.link("exe"),
            executable: try folder.identity(of: "exe"),
            commandName: text(try folder.contents(of: "comm", limit: 64)),
            environment: environment(in: try folder.contents(of: "environ", limit: 1 << 20)))
    }

    /// proc_pid_status(5): `Tgid:`.
    private static func threadGroup(of pid: Int32) throws(ProcfsError) -> Int32 {
        let status = String(decoding: try ProcFolder(pid: pid).contents(of: "status", limit: 1 << 14), as: UTF8.self)
        let line = status.split(separator: "\n").first { $0.hasPrefix("Tgid:") }
        return line.flatMap { Int32($0.dropFirst(5).drop { $0 == "\t" || $0 == " " }) } ?? pid
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
