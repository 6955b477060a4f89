import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import Workloads

@Suite struct `A process that is held on to` {
    private let limit = 1 << 20

    /// One whose root is a folder, and which waits.
    private func confined(to folder: String) throws -> ChildProcess {
        let child = try ChildProcess([
            "/usr/bin/env", "python3", "-c",
            "import os, sys, time; os.chroot(sys.argv[1]); os.chdir('/'); print('ready', flush=True); time.sleep(60)",
            folder,
        ])
        var printed = GatheredOutput(of: child)
        printed.gather(for: .seconds(20)) { $0.outputLines > 0 }
        try #require(printed.outputText.contains("ready"), "\(printed.errorText)")
        return child
    }

    @Test func `has the files that it finds itself`() throws {
        let folder = try TemporaryFolder()
        let secret = try TemporaryFolder()
        try writeFile("\(secret.path)/key", Array("outside".utf8))
        try createFolder("\(folder.path)/tls")
        try writeFile("\(folder.path)/tls/ca.crt", Array("inside".utf8))
        // As Kubernetes mounts Secrets, and as somebody would who wants to get out.
        let links = [
            ("linked", "tls/ca.crt"), ("absolute", "/tls/ca.crt"), ("up", "../../../../tls/ca.crt"),
            ("outside", "\(secret.path)/key"), ("fifo", ""), ("loop", "loop"),
        ]
        for (name, target) in links {
            let path = "\(folder.path)/\(name)"
            #expect((name == "fifo" ? mkfifo(path, 0o644) : symlink(target, path)) == 0)
        }
        let child = try confined(to: folder.path)
        let process = try ProcessHandle(pid: child.pid)
        func text(_ path: String) throws -> String {
            String(decoding: try process.contents(of: path, limit: limit), as: UTF8.self)
        }
        for name in ["tls/ca.crt", "linked", "absolute", "up"] { #expect(try text("/\(name)") == "inside") }
        #expect(try text("/../../../tls/ca.crt") == "inside")
        for path in ["/outside", "\(secret.path)/key"] {
            #expect(throws: ProcessFileError.system(.noSuchFileOrDirectory)) { try text(path) }
        }
        #expect(throws: ProcessFileError.notRegular) { try text("/fifo") }
        #expect(throws: ProcessFileError.notRegular) { try text("/tls") }
        #expect(throws: ProcessFileError.link) { try text("/loop") }
        #expect(throws: ProcessFileError.notAbsolute) { try text("tls/ca.crt") }
        #expect(throws: ProcessFileError.notAbsolute) { try text("/tls/ca.crt\u{0}") }
        try writeFile("\(folder.path)/tls/ca.crt", [])
        #expect(throws: ProcessFileError.empty) { try text("/tls/ca.crt") }
        try writeFile("\(folder.path)/tls/ca.crt", [UInt8](repeating: 65, count: limit))
        #expect(try text("/tls/ca.crt").utf8.count == limit)
        try writeFile("\(folder.path)/tls/ca.crt", [UInt8](repeating: 65, count: limit + 1))
        #expect(throws: ProcessFileError.tooLarge(limit: limit)) { try text("/tls/ca.crt") }
    }

    /// One that waits as a user who is in one more group.
    @Test func `has no files that it may not read itself`() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/key"
        try writeFile(path, Array("secret".utf8))
        let child = try ChildProcess([
            "/usr/bin/env", "python3", "-c",
            "import os, time; os.setgroups([4343]); os.setgid(4242); os.setuid(4242); print('ready', flush=True); time.sleep(60)",
        ])
        var printed = GatheredOutput(of: child)
        printed.gather(for: .seconds(20)) { $0.outputLines > 0 }
        try #require(printed.outputText.contains("ready"), "\(printed.errorText)")
        let (user, root) = (try ProcessHandle(pid: child.pid), try ProcessHandle(pid: getpid()))
        // User, group, mode.
        let (readable, others): ([(UInt32, UInt32, mode_t)], [(UInt32, UInt32, mode_t)]) = (
            [(4242, 0, 0o400), (0, 4242, 0o040), (0, 4343, 0o640), (0, 0, 0o644)],
            [(0, 0, 0o600), (0, 0, 0o640), (4242, 4242, 0o044), (0, 4343, 0o604), (4243, 4242, 0o400)]
        )
        for (owner, group, mode) in readable + others {
            #expect(chown(path, owner, group) == 0 && chmod(path, mode) == 0)
            #expect(try root.contents(of: path, limit: limit) == Array("secret".utf8))
            let isReadable = readable.contains { $0 == (owner, group, mode) }
            if isReadable {
                #expect(try user.contents(of: path, limit: limit) == Array("secret".utf8))
            } else {
                #expect(throws: ProcessFileError.denied) { try user.contents(of: path, limit: limit) }
            }
        }
    }

    @Test func `has a network, shared or of its own`() throws {
        #expect(try ProcessHandle(pid: getpid()).sharesNetwork())
        let child = try ChildProcess(["/usr/bin/env", "unshare", "--net", "sh", "-c", "echo ready; exec sleep 60"])
        var printed = GatheredOutput(of: child)
        printed.gather(for: .seconds(20)) { $0.outputLines > 0 }
        let process = try ProcessHandle(pid: child.pid)
        #expect(try !process.sharesNetwork())
        try process.openNetwork().close()
    }

    @Test func `has nothing any more when it has ended, whoever has its number then`() throws {
        var child = try ChildProcess(["/bin/sleep", "60"])
        let process = try ProcessHandle(pid: child.pid)
        #expect(try process.contents(of: "/etc/passwd", limit: limit).count > 0 && !process.hasEnded)
        child.kill()
        while !process.hasEnded { usleep(1000) }
        _ = child.wait()
        #expect(process.hasEnded)
        #expect(throws: ProcessFileError.processEnded) { try process.contents(of: "/etc/passwd", limit: limit) }
        #expect(throws: ProcfsError.noSuchProcess(child.pid)) { try process.openNetwork() }
        #expect(throws: ProcfsError.noSuchProcess(child.pid)) { try process.sharesNetwork() }
        #expect(throws: ProcfsError.self) { try ProcessHandle(pid: child.pid) }
    }
}
