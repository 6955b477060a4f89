import BPFRuntime
import CBPF
import Glibc
import TestSupport
import Testing

@Suite struct `Arming` {
    @Test func `every hit of every site runs the program, in processes before and after`() throws {
        let folder = try TemporaryFolder()
        let records = try TemporaryFolder()
        let many = try manyFunctions(50, in: folder.path)
        let before = try ChildProcess([many])
        let beforeLines = LineReader(before.standardOutput)
        let offsets = try #require(beforeLines.next()).split(separator: " ").compactMap { UInt64($0) }
        #expect(offsets.count == 50)

        let watch = try ProcessWatch()
        let statistics = try RunStatistics()
        let ledger = try ArmedLedger(folder: records.path)
        let armed = try ArmedExecutable(
            "/proc/\(before.pid)/exe",
            sites: offsets.map { ProbeSite(program: "heal", offset: $0, cookie: $0) }, of: watch.object, ledger: ledger)
        #expect(armed.file.sites.map(\.bytes) == offsets.map { _ in [0x55] })
        #expect(try records.names().count == 1)
        let after = try ChildProcess([many])
        let afterLines = LineReader(after.standardOutput)
        _ = afterLines.next()
        for round in 1...3 {
            before.send(SIGUSR1)
            #expect(beforeLines.next() == "\(round * 50)")
            after.send(SIGUSR1)
            #expect(afterLines.next() == "\(round * 50)")
        }
        #expect(try statistics.runs(of: "heal", in: watch.object).count == 300)
        #expect(try code(of: before.pid, executable: many, at: offsets) == offsets.map { _ in 0xcc })

        try armed.disarm()
        #expect(try records.names() == [])
        for pid in [before.pid, after.pid] {
            #expect(try code(of: pid, executable: many, at: offsets, becomes: offsets.map { _ in 0x55 }))
        }
        before.send(SIGUSR1)
        #expect(beforeLines.next() == "200")
        #expect(try statistics.runs(of: "heal", in: watch.object).count == 300)
    }

    @Test(arguments: GoToolchain.some, [LinkMode.plain, .pie])
    func `a Go server is armed while it serves, and its code is as before after`(go: GoToolchain, mode: LinkMode) throws
    {
        let folder = try TemporaryFolder()
        // A file of its own: what else runs on this machine may have the shared one armed.
        let binary = "\(folder.path)/httpserver"
        try writeFile(binary, readFile(try go.build("httpserver", mode: mode)), permissions: 0o755)
        let server = try ChildProcess([binary])
        let lines = LineReader(server.standardOutput)
        let address = try #require(lines.next()?.split(separator: " ").last)
        let offset = try firstInstruction(of: "net/http.serverHandler.ServeHTTP", in: binary)
        let original = try code(of: server.pid, executable: binary, at: [offset])

        let records = try TemporaryFolder()
        let watch = try ProcessWatch()
        let statistics = try RunStatistics()
        let armed = try ArmedExecutable(
            "/proc/\(server.pid)/exe", sites: [ProbeSite(program: "heal", offset: offset, cookie: 1)],
            of: watch.object, ledger: try ArmedLedger(folder: records.path))
        #expect(try code(of: server.pid, executable: binary, at: [offset]) == [0xcc])
        for _ in 0..<5 { #expect(try Command.run(["/usr/bin/curl", "-sS", "http://\(address)/"]).errors == "") }
        #expect(try statistics.runs(of: "heal", in: watch.object).count >= 5)
        try armed.disarm()
        #expect(try code(of: server.pid, executable: binary, at: [offset], becomes: original))
        #expect(try Command.run(["/usr/bin/curl", "-sS", "http://\(address)/"]).errors == "")
    }

    @Test func `a process that has gone, an offset past the end and a missing program arm nothing`() throws {
        let records = try TemporaryFolder()
        let watch = try ProcessWatch()
        let ledger = try ArmedLedger(folder: records.path)
        func failure(_ path: String, program: String = "heal", offset: UInt64) -> BPFError? {
            do throws(BPFError) {
                _ = try ArmedExecutable(
                    path, sites: [ProbeSite(program: program, offset: offset, cookie: 0)], of: watch.object,
                    ledger: ledger)
                return nil
            } catch {
                return error
            }
        }
        #expect(failure("/proc/1073741823/exe", offset: 4096)?.code == ENOENT)
        #expect(failure("/bin/sleep", offset: 1 << 40)?.code == EIO)
        #expect(failure("/bin/sleep", program: "no_such", offset: 4096)?.code == ENOENT)
        #expect(failure("/tmp", offset: 0)?.operation == "arm")
        #expect(failure("/proc/self/maps", offset: 0)?.operation == "attach probes")
        #expect(try records.names() == [])
    }
}
