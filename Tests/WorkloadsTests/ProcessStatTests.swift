import Glibc
import TestSupport
import Testing
import Workloads

@Suite struct `What stat shows of a process` {
    private static let rest = "20 0 1 0 4711 1 2 3"

    @Test(arguments: ["server", "a) S 1 2 (", "", "x y\n"])
    func `is found behind any name`(name: String) throws {
        let stat = try #require(ProcessStat(Array("42 (\(name)) S 7 42 43 0 -1 1 2 3 4 5 6 7 8 9 \(Self.rest)\n".utf8)))
        #expect(stat.pid == 42 && stat.commandName == name && stat.parent == 7)
        #expect(stat.session == 43 && stat.startTicks == 4711)
    }

    @Test(arguments: ["", "42", "42 (a", ") 42 (", "42 (a) S 1", "x (a) S 7 42 43 0 -1 1 2 3 4 5 6 7 8 9 \(rest)"])
    func `is nothing in nonsense`(text: String) {
        #expect(ProcessStat(Array(text.utf8)) == nil)
    }

    @Test func `is read of a running one`() throws {
        let child = try ChildProcess(["/bin/sleep", "60"])
        let own = try #require(LocalProcesses().stat(of: getpid()))
        let stat = try #require(LocalProcesses().stat(of: child.pid))
        #expect(stat.pid == child.pid && stat.parent == getpid() && stat.session == getsid(0))
        #expect(stat.startTicks >= own.startTicks)
        #expect(LocalProcesses().numbers(of: child.pid).first == child.pid)
        #expect(LocalProcesses().candidates(with: child.pid).contains(child.pid))
        #expect(LocalProcesses().stat(of: Int32.max) == nil && LocalProcesses().arguments(of: Int32.max) == [])
    }
}
