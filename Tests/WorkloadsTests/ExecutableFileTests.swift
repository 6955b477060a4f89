import Glibc
import SystemPackage
import TestSupport
import Testing
import Workloads

@Suite struct `An executable file that is held open` {
    /// Copies of a file system have files of the same inode, size and time of change.
    @Test func `is told from its likes by its device`() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/file"
        try writeFile(path, [1])
        var status = stat()
        #expect(stat(path, &status) == 0)
        #expect(try FileIdentity(path: FilePath(path)).device == UInt64(status.st_dev))
    }

    @Test func `is the same whatever becomes of its path`() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/program"
        try writeFile(path, readFile("/bin/true"), permissions: 0o755)
        let file = try ExecutableFile(path: FilePath(path))
        #expect(file.isUnchanged)
        try writeFile("\(path).new", readFile("/bin/sleep"), permissions: 0o755)
        try #require(rename("\(path).new", path) == 0)
        #expect(try readFile(file.handle.string) == readFile("/bin/true"))
        #expect(try FileIdentity(path: FilePath(path)) != file.identity)
    }

    @Test func `shows when it is overwritten, even with as many bytes`() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/program"
        var bytes = try readFile("/bin/true")
        try writeFile(path, bytes, permissions: 0o755)
        let file = try ExecutableFile(path: FilePath(path))
        try passTime(of: path)
        #expect(file.isUnchanged)
        bytes[bytes.count / 2] ^= 0xff
        try writeFile(path, bytes)
        #expect(!file.isUnchanged)
    }

    @Test func `is what a process runs, or isn't`() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/sleep"
        try writeFile(path, readFile("/bin/sleep"), permissions: 0o755)
        var child = try ChildProcess([path, "60"])
        #expect(try LocalProcess.executableIdentity(of: child.pid) == ExecutableFile(path: FilePath(path)).identity)
        #expect(try LocalProcess.executableIdentity(of: child.pid) != ExecutableFile(path: "/bin/sleep").identity)
        child.kill()
        _ = child.wait()
        #expect(LocalProcess.executableIdentity(of: child.pid) == nil)
    }

    @Test func `has a mount, and the root's isn't one to be unmounted`() throws {
        let root = try #require(try ExecutableFile(path: "/").mount)
        let other = try #require(try ExecutableFile(path: "/proc/version").mount)
        #expect(root != other)
        #expect(try ExecutableFile(path: "/").mount == root)
        #expect(!root.mayBeUnmounted && other.mayBeUnmounted)
    }

    @Test func `holds back who is going to write to it, as long as it is leased`() async throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/program"
        try writeFile(path, [1, 2, 3])
        var lease: FileLease? = try ExecutableFile(path: FilePath(path)).lease()
        #expect(lease?.isAwaited == false)
        // Opens it as a shell does that overwrites it.
        var writer = try ChildProcess(["/bin/sh", "-c", "echo new > \(path)"])
        let deadline = ContinuousClock.now + .seconds(20)
        while lease?.isAwaited == false, ContinuousClock.now < deadline { sched_yield() }
        #expect(lease?.isAwaited == true && writer.poll() == nil)
        #expect(try readFile(path) == [1, 2, 3])
        lease = nil
        #expect(writer.wait() == 0)
        #expect(try readFile(path) == Array("new\n".utf8))
    }

    @Test func `isn't waited for when it is a pipe that nobody writes to`() throws {
        let folder = try TemporaryFolder()
        try #require(mkfifo("\(folder.path)/fifo", 0o600) == 0)
        _ = try ExecutableFile(path: FilePath("\(folder.path)/fifo"))
        #expect(throws: Errno.noSuchFileOrDirectory) {
            try ExecutableFile(path: FilePath("\(folder.path)/nothing"))
        }
    }

    /// File systems note times by the kernel's tick, up to 10 ms apart: returns when a change would show.
    private func passTime(of path: String) throws {
        let before = try FileIdentity(path: FilePath(path)).changedNanoseconds
        let probe = "\(path).time"
        let deadline = ContinuousClock.now + .seconds(5)
        repeat {
            try writeFile(probe, [0])
        } while try FileIdentity(path: FilePath(probe)).changedNanoseconds <= before && ContinuousClock.now < deadline
    }
}
