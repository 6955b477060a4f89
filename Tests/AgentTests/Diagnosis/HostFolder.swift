import Agent
import TestSupport

/// A folder with the files by which a kernel would tell of itself, as a test wants them.
struct HostFolder: ~Copyable {
    private let folder: TemporaryFolder

    /// A machine on which nothing is wrong, but that whoever looks has no rights.
    init() throws {
        let folder = try TemporaryFolder()
        let path = folder.path
        func set(_ file: String, _ text: String) throws {
            try Self.write("\(path)\(file)", Array(text.utf8))
        }
        try set("/proc/self/status", "Name:\tx\nUid:\t1000\t1000\t1000\t1000\nCapEff:\t0000000000000000\nSeccomp:\t0\n")
        try set("/proc/self/uid_map", "         0          0 4294967295\n")
        try set(
            "/proc/self/mountinfo",
            "25 1 0:22 / /proc rw,relatime shared:5 - proc proc rw\n30 1 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"
        )
        try set("/proc/sys/kernel/osrelease", "6.12.9-amd64\n")
        try set("/sys/kernel/security/lockdown", "[none] integrity confidentiality\n")
        try Self.write("\(path)/sys/kernel/btf/vmlinux", [0x9f, 0xeb, 1, 0] + [UInt8](repeating: 0, count: 100))
        try set("/sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n")
        try createFolder("\(path)/records")
        try createFolder("\(path)/proc/self/ns")
        try Self.makeLink("\(path)/proc/self/ns/pid", to: "pid:[4026531836]")
        self.folder = folder
    }

    var path: String { folder.path }
    var records: String { "\(path)/records" }

    func set(_ file: String, _ text: String) throws {
        try Self.write("\(path)\(file)", Array(text.utf8))
    }

    func link(_ file: String, _ target: String) throws {
        try Self.makeLink("\(path)\(file)", to: target)
    }

    private static func write(_ path: String, _ bytes: [UInt8]) throws {
        try createFolder(path.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 })
        try writeFile(path, bytes)
    }

    private static func makeLink(_ path: String, to target: String) throws {
        let made = try Command.run(["/bin/ln", "-sfn", target, path])
        guard made.code == 0 else { throw SystemCallFailure("symlink", path) }
    }

    func remove(_ file: String) throws {
        _ = try Command.run(["/bin/rm", "-rf", "\(path)\(file)"])
    }

    /// What the checks find, by id.
    func results() async throws -> [String: CheckResult] {
        let files = HostFiles(root: path)
        let diagnosis = await Diagnosis(
            of: Host(
                files: files, privileges: try Privileges(files), recordFolder: records, idleProgram: ["/bin/true"]))
        return Dictionary(uniqueKeysWithValues: diagnosis.results.map { ($0.id, $0) })
    }
}
