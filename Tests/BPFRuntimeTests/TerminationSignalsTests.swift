import Glibc
import TestSupport
import Testing

@Suite struct `Termination signals` {
    /// The fixture has a thread that waits with nothing blocked.
    @Test func `signals arrive as values, whatever mask a thread waits with`() throws {
        var child = try ChildProcess([try runtimeFixture(), "signals"])
        let lines = LineReader(child.standardOutput)
        #expect(lines.next() == "ready")
        for _ in 0..<50 {
            for number in [SIGINT, SIGHUP, SIGQUIT] {
                child.send(number)
                #expect(lines.next() == "\(number)")
            }
        }
        child.send(SIGTERM)
        #expect(lines.next() == "\(SIGTERM)")
        #expect(child.wait() == 0)
    }
}
