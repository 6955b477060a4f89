import Agent
import BPFRuntime
import CBPF
import Glibc
import TestSupport
import Testing

/// What doctor says of the records of armed probes, and that it leaves them alone.
@Suite struct `A check of the records` {
    private static func boot() throws -> String {
        String(decoding: try readFile("/proc/sys/kernel/random/boot_id").dropLast(), as: UTF8.self)
    }

    @Test func `finds a folder that can be made or written, and one that can't`() async throws {
        let host = try HostFolder()
        #expect(try await host.results()["run-folder"]?.status == .pass)
        try host.remove("/records")
        let result = try #require(try await host.results()["run-folder"])
        #expect(result.status == .pass && result.message.contains("can be made"))
        #expect(access(host.records, F_OK) != 0)
        try host.set("/records", "a file")
        #expect(try await host.results()["run-folder"]?.status == .fail)
        #expect(try await host.results()["leftovers"]?.status == .fail)
    }

    @Test func `counts what ended runs left, and changes nothing`() async throws {
        let host = try HostFolder()
        let boot = try Self.boot()
        try host.set("/records/\(boot).\(getpid()).1", "nodespan armed 1\nfile 1 2 3 4\nsite 5 55\n")
        try host.set("/records/0000.1.1", "nodespan armed 1\n")
        let result = try #require(try await host.results()["leftovers"])
        #expect(result.status == .pass && result.message.contains("2 records"), "\(result)")
        try host.set("/records/\(boot).\(getpid()).2", "nodespan armed 1\nfile 1 2 3")
        let damaged = try #require(try await host.results()["leftovers"])
        #expect(damaged.status == .warn && damaged.message.contains("\(boot).\(getpid()).2"), "\(damaged)")
        #expect(try fileNames(in: host.records).count == 3)
    }

    /// A real breakpoint that a record says a dead nodespan had made.
    @Test(.enabled(if: geteuid() == 0, "needs root"))
    func `finds breakpoints that are left`() async throws {
        let folder = try TemporaryFolder()
        let host = try HostFolder()
        let program = "\(folder.path)/sleep"
        try writeFile(program, readFile("/bin/sleep"), permissions: 0o755)
        let process = try ChildProcess([program, "60"])
        let offset = try Self.entryPoint(of: program)
        let original = try readFile(program)[Int(offset)]
        let object = try BPFObject(ns_image_trial(), name: "trial")
        let links = ProbeLinks()
        try links.attach(
            "trial_hit", of: object, path: program, sites: [ProbeLinks.Site(offset: offset, cookie: 0)])
        var status = stat()
        #expect(stat(program, &status) == 0)
        try host.set(
            "/records/\(try Self.boot()).1.1",
            "nodespan armed 1\nfile \(status.st_dev) \(status.st_ino) \(status.st_size) 0\nsite \(offset) "
                + (original < 16 ? "0" : "") + String(original, radix: 16) + "\n")
        let found = try #require(try await host.results()["leftovers"])
        #expect(found.status == .warn && found.message.contains("1 breakpoint in \(program)"), "\(found)")
        #expect(found.message.contains("process \(process.pid)") && found.remedy.contains("nodespan trace"))
        links.close()
        #expect(try await host.results()["leftovers"]?.status == .pass)
    }

    /// `e_entry` as a file offset: the segment that is executed has it.
    private static func entryPoint(of program: String) throws -> UInt64 {
        let bytes = try readFile(program)
        return try bytes.withUnsafeBytes { bytes in
            let entry = bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
            let headers = Int(bytes.loadUnaligned(fromByteOffset: 32, as: UInt64.self))
            let count = Int(bytes.loadUnaligned(fromByteOffset: 56, as: UInt16.self))
            for header in 0..<count {
                let start = headers + header * 56
                let offset = bytes.loadUnaligned(fromByteOffset: start + 8, as: UInt64.self)
                let address = bytes.loadUnaligned(fromByteOffset: start + 16, as: UInt64.self)
                let size = bytes.loadUnaligned(fromByteOffset: start + 32, as: UInt64.self)
                let isLoaded = bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self) == 1
                if isLoaded, entry >= address, entry - address < size { return entry - address + offset }
            }
            throw SystemCallFailure("find the entry point of", program, code: ENOEXEC)
        }
    }
}
