import BPFRuntime
import CBPF
import Glibc
import TestSupport
import Testing

@Suite struct `The file that a process runs` {
    @Test func `is known by its inode, as stat shows it`() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/sleep"
        try writeFile(path, readFile("/bin/sleep"), permissions: 0o755)
        let watch = try ProcessWatch()
        let child = try started([path, "1000"], watch)
        let program = try #require(try watch.program(of: child.pid))
        var status = stat()
        try #require(stat(path, &status) == 0)
        #expect(program.inode == status.st_ino && program.size == UInt64(status.st_size))
        #expect(program.changed_ns == Int64(status.st_ctim.tv_sec) * 1_000_000_000 + Int64(status.st_ctim.tv_nsec))
        #expect(program.isSame(as: try #require(try watch.program(at: path))))
        #expect(program.isSame(as: try #require(try watch.program(at: "/proc/\(child.pid)/exe"))))
        #expect(!program.isSame(as: try #require(try watch.program(at: "/bin/sleep"))))
    }

    @Test func `isn't there without a process or without a program`() throws {
        let watch = try ProcessWatch()
        #expect(try watch.program(of: 0x3fff_ffff) == nil)
        var gone = try ChildProcess(["/bin/true"])
        var information = siginfo_t()
        try #require(waitid(P_PID, id_t(gone.pid), &information, WEXITED | WNOWAIT) == 0)
        #expect(try watch.program(of: gone.pid) == nil)
        _ = gone.wait()
        #expect(try watch.program(at: "/proc/self/status") == nil)
    }

    /// stat(2) has another device for each mount, and the same inode number for the copy.
    @Test(.enabled(if: OverlayMounts.obstacle == nil, "\(OverlayMounts.obstacle ?? "")"))
    func `is the layer's on an overlay: one for all mounts, another once it was copied up`() throws {
        let overlays = try OverlayMounts(of: "/bin/sleep", count: 3)
        let watch = try ProcessWatch()
        let first = try started([overlays.paths[0], "1000"], watch)
        let second = try started([overlays.paths[1], "1000"], watch)
        let before = try started([overlays.paths[2], "1000"], watch)
        try overlays.copyUp(2)
        let after = try started([overlays.paths[2], "1000"], watch)
        let shared = try #require(try watch.program(of: first.pid))
        #expect(shared.isSame(as: try #require(try watch.program(of: second.pid))))
        // What runs goes on from the layer below, whatever its path leads to now.
        #expect(shared.isSame(as: try #require(try watch.program(of: before.pid))))
        let copy = try #require(try watch.program(of: after.pid))
        #expect(!shared.isSame(as: copy) && copy.inode != shared.inode)
        #expect(shared.isSame(as: try #require(try watch.program(at: overlays.paths[1]))))
        #expect(copy.isSame(as: try #require(try watch.program(at: overlays.paths[2]))))
        #expect(copy.isSame(as: try #require(try watch.program(at: "/proc/\(before.pid)/exe"))))
    }
}

/// A child that has executed its program: one whose own code isn't the tests' any more.
private func started(_ arguments: [String], _ watch: borrowing ProcessWatch) throws -> ChildProcess {
    let process = try ChildProcess(arguments)
    let own = try #require(try watch.program(of: getpid()))
    let deadline = ContinuousClock.now + .seconds(20)
    while try watch.program(of: process.pid).map({ $0.isSame(as: own) }) ?? true, ContinuousClock.now < deadline {
        sched_yield()
    }
    return process
}

extension ns_mapped_file {
    fileprivate func isSame(as other: ns_mapped_file) -> Bool {
        device == other.device && inode == other.inode && generation == other.generation && size == other.size
            && changed_ns == other.changed_ns
    }
}
