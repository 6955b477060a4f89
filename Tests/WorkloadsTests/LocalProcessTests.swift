import Glibc
import SystemPackage
import TestSupport
import Testing
import Workloads

@Suite struct `A process in /proc` {
    @Test func `may be the reader itself`() throws {
        let process = try LocalProcess.read(pid: getpid())
        #expect(process.pid == getpid())
        #expect(process.executablePath.hasPrefix("/"))
        #expect(process.environment["PATH"] == getenv("PATH").map { String(cString: $0) })
        let file = try process.openExecutable()
        #expect(try FileIdentity(path: FilePath(process.executablePath)) == file.identity)
        #expect(LocalProcess.executablePath(of: getpid()) == process.executablePath)
        #expect(LocalProcess.executableIdentity(of: getpid()) == file.identity)
        #expect(try LocalProcess.pids().contains(getpid()))
    }

    @Test func `has the name and the environment it was started with`() throws {
        let folder = try TemporaryFolder()
        let binary = "\(folder.path)/name-of-more-than-15-bytes"
        try writeFile(binary, readFile("/bin/sleep"), permissions: 0o755)
        let child = try ChildProcess([binary, "60"], environment: ["NODESPAN_A": "b=c d", "NODESPAN_EMPTY": ""])
        let process = try Self.process(child.pid, named: "name-of-more-th")
        #expect(process.pid == child.pid)
        #expect(process.executablePath == binary)
        #expect(process.commandName == "name-of-more-th")
        #expect(process.environment["NODESPAN_A"] == "b=c d")
        #expect(process.environment["NODESPAN_EMPTY"] == "")
        #expect(process.environment["NODESPAN_NONE"] == nil)
    }

    /// env(1) has no duplicates, so a program is started with a vector of its own.
    @Test func `has the first value of a variable that is there twice`() throws {
        let child = try ChildProcess([
            "/usr/bin/python3", "-c",
            """
            import ctypes
            words = lambda *texts: (ctypes.c_char_p * (len(texts) + 1))(*texts, None)
            ctypes.CDLL(None).execve(b"/bin/sleep", words(b"sleep", b"60"), words(b"X=1", b"X=2", b"novalue", b"=y"))
            """,
        ])
        let process = try Self.process(child.pid, named: "sleep")
        #expect(process.environment == ["X": "1", "": "y"])
    }

    /// A child as it is once it has executed its program. An exec sets the name before the environment, and whoever waits
    /// for it goes on before both (fs/exec.c: exec_mmap).
    private static func process(_ pid: Int32, named name: String) throws -> LocalProcess {
        var process = try LocalProcess.read(pid: pid)
        let deadline = ContinuousClock.now + .seconds(20)
        while process.commandName != name || process.environment.isEmpty, ContinuousClock.now < deadline {
            sched_yield()
            process = try LocalProcess.read(pid: pid)
        }
        return process
    }

    @Test func `may be named by any of its threads`() throws {
        let threads = try Command.run(["/bin/ls", "/proc/\(getpid())/task"]).output.split(separator: "\n")
        let other = try #require(threads.compactMap { Int32($0) }.first { $0 != getpid() })
        #expect(try LocalProcess.read(pid: other).pid == getpid())
    }

    @Test func `may be missing`() throws {
        var gone = try ChildProcess(["/bin/true"])
        _ = gone.wait()
        let pid = gone.pid
        #expect(throws: ProcfsError.noSuchProcess(pid)) { try LocalProcess.read(pid: pid) }
    }

    @Test(.enabled(if: isKernelThread(2), "needs the machine's own pid namespace"))
    func `may be a thread of the kernel's, which runs no executable`() {
        #expect(throws: ProcfsError.noExecutable(2)) { try LocalProcess.read(pid: 2) }
    }

    @Test func `may have ended and not be reaped`() throws {
        let zombie = try ChildProcess(["/bin/true"])
        var information = siginfo_t()
        try #require(waitid(P_PID, id_t(zombie.pid), &information, WEXITED | WNOWAIT) == 0)
        let pid = zombie.pid
        #expect(throws: ProcfsError.noExecutable(pid)) { try LocalProcess.read(pid: pid) }
    }

    @Test func `runs on when its executable is removed, and that can still be read`() throws {
        let folder = try TemporaryFolder()
        let binary = "\(folder.path)/sleep"
        let content = try readFile("/bin/sleep")
        try writeFile(binary, content, permissions: 0o755)
        let child = try ChildProcess([binary, "60"])
        let before = try LocalProcess.read(pid: child.pid)
        let file = try before.openExecutable()
        try #require(unlink(binary) == 0)

        let process = try LocalProcess.read(pid: child.pid)
        #expect(before.executablePath == binary)
        #expect(process.executablePath == "\(binary) (deleted)")
        let opened = try process.openExecutable()
        #expect(try readFile(opened.handle.string) == content)
        // Removing it has changed the time of change: it can't be told from a file that was written to.
        #expect(file.identity != opened.identity && file.identity.inode == opened.identity.inode)
    }

    @Test(.enabled(if: geteuid() == 0, "needs root"))
    func `may be somebody else's`() async {
        await #expect(processExitsWith: .success) {
            guard setgroups(0, nil) == 0, setgid(65534) == 0, setuid(65534) == 0 else { exit(1) }
            do throws(ProcfsError) {
                _ = try LocalProcess.read(pid: 1)
                exit(2)
            } catch {
                exit(error == .notPermitted(1, file: "exe") ? 0 : 3)
            }
        }
    }
}

/// proc_pid_status(5): a thread of the kernel's has no memory of its own.
private func isKernelThread(_ pid: Int32) -> Bool {
    guard let status = try? readFile("/proc/\(pid)/status") else { return false }
    return !String(decoding: status, as: UTF8.self).contains("VmSize:")
}
