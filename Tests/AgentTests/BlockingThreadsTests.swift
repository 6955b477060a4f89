import Glibc
import Testing

@testable import Agent

/// Has calls wait for each other's end.
private final class Gate: Sendable {
    private let ends: (CInt, CInt)

    init() throws {
        var both: [CInt] = [-1, -1]
        try #require(pipe(&both) == 0)
        ends = (both[0], both[1])
    }

    deinit {
        close(ends.0)
        close(ends.1)
    }

    func open() {
        var byte: UInt8 = 0
        _ = write(ends.1, &byte, 1)
    }

    /// Blocks until it is opened.
    func pass() {
        var byte: UInt8 = 0
        _ = read(ends.0, &byte, 1)
    }
}

@Suite struct `Blocking calls` {
    private static let long = Duration.seconds(600)

    @Test func `are made by other threads, no more at a time than there may be`() async throws {
        let threads = BlockingThreads(name: "test", limit: 1)
        let gate = try Gate()
        async let first = threads.run(about: 1, within: Self.long) {
            gate.pass()
            return 1
        }
        async let second = threads.run(about: 2, within: Self.long) {
            gate.pass()
            return 2
        }
        gate.open()
        gate.open()
        #expect(await [first, second] == [1, 2])
    }

    /// As a read of a file on a file system that doesn't answer.
    @Test func `that are stuck are left behind, and hold nothing up but what is about the same process`() async throws {
        let threads = BlockingThreads(name: "test", limit: 1)
        let gate = try Gate()
        let (returns, returned) = AsyncStream.makeStream(of: Void.self)
        let stuck = await threads.run(about: 1, within: .milliseconds(1)) {
            gate.pass()
            returned.yield()
            return 1
        }
        let same = await threads.run(about: 1, within: Self.long) { 2 }
        let other = await threads.run(about: 2, within: Self.long) { 3 }
        #expect(stuck == nil && same == nil && other == 3)
        gate.open()
        for await _ in returns { break }
        var later: Int?
        // The thread notes that it is back just behind that.
        while later == nil {
            later = await threads.run(about: 1, within: Self.long) { 4 }
        }
        #expect(later == 4)
    }

    @Test func `that are stuck are bounded in number`() async throws {
        let threads = BlockingThreads(name: "test", limit: 1, forsakenLimit: 1)
        let gate = try Gate()
        for pid in Int32(1)...2 { #expect(try await Self.stick(threads, pid, gate) == nil) }
        // One thread is forsaken and one more counts, so that there is none for a third call.
        let third = await threads.run(about: 3, within: .milliseconds(50)) { true }
        #expect(third == nil)
        gate.open()
        gate.open()
        _ = await threads.run(about: 3, within: Self.long) { true }
    }

    @Test func `aren't waited for once the task is cancelled`() async throws {
        let gate = try Gate()
        #expect(try await Self.stick(BlockingThreads(name: "test", limit: 1), 1, gate) == nil)
        gate.open()
    }

    /// Makes a call that waits for the gate, and cancels the task once it does.
    private static func stick(_ threads: BlockingThreads, _ pid: Int32, _ gate: Gate) async throws -> Bool? {
        let (begins, begun) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            await threads.run(about: pid, within: Self.long) {
                begun.yield()
                gate.pass()
                return true
            }
        }
        for await _ in begins { break }
        task.cancel()
        return await task.value
    }
}
