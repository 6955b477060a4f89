import Synchronization
import Testing

@testable import Agent

@Suite(.timeLimit(.minutes(2))) struct `Blocking calls` {
    private static let long = Duration.seconds(600)

    private final class Count: Sendable {
        private let numbers = Mutex((now: 0, most: 0))

        var most: Int { numbers.withLock { $0.most } }

        func during(_ body: () -> Void) {
            numbers.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
            body()
            numbers.withLock { $0.now -= 1 }
        }
    }

    @Test(arguments: [1, 3]) func `are made by other threads, no more at a time than there may be`(limit: Int) async {
        let threads = BlockingThreads(name: "test", limit: limit)
        let count = Count()
        await withDiscardingTaskGroup { group in
            for pid in Int32(1)...50 {
                group.addTask {
                    let made = await threads.run(about: pid, within: Self.long) {
                        count.during { for _ in 0..<1000 { withExtendedLifetime(count) {} } }
                        return pid
                    }
                    #expect(made.value == pid)
                }
            }
        }
        #expect((1...limit).contains(count.most))
    }

    /// As a read of a file on a file system that doesn't answer.
    @Test func `that are stuck are left behind, and hold nothing up but what is about the same process`() async throws {
        let threads = BlockingThreads(name: "test", limit: 1)
        let barrier = Barrier(isClosed: true)
        let isLeft = await Self.isLeft(threads, 1, barrier)
        let same = await threads.run(about: 1, within: Self.long) { 2 }
        let other = await threads.run(about: 2, within: Self.long) { 3 }
        #expect(isLeft && same.value == nil && other.value == 3)
        barrier.open()
        var later: Int?
        // The thread notes that it is back behind the call.
        while later == nil {
            later = await threads.run(about: 1, within: Self.long) { 4 }.value
        }
        #expect(later == 4)
    }

    @Test func `take their time from when they begin`() async {
        let threads = BlockingThreads(name: "test", limit: 1)
        let barrier = Barrier(isClosed: true)
        let stuck = await threads.run(about: 1, within: .milliseconds(20)) { barrier.pass() }
        #expect(stuck.value == nil)
        barrier.open()
    }

    @Test func `that are stuck are bounded in number`() async throws {
        let threads = BlockingThreads(name: "test", limit: 1, forsakenLimit: 1)
        let barriers = [Barrier(isClosed: true), Barrier(isClosed: true)]
        for (pid, barrier) in zip(Int32(1)..., barriers) { #expect(await Self.isLeft(threads, pid, barrier)) }
        // One thread is forsaken and one more counts, so that there is none for a third call.
        let third = await threads.run(about: 3, within: .milliseconds(10)) { true }
        guard case .crowded = third else { return #expect(third.value == nil, "made") }
        for barrier in barriers { barrier.open() }
        #expect(await threads.run(about: 3, within: Self.long) { true }.value == true)
    }

    @Test func `aren't waited for once the task is cancelled`() async throws {
        let barrier = Barrier(isClosed: true)
        #expect(await Self.isLeft(BlockingThreads(name: "test", limit: 1), 1, barrier))
        barrier.open()
    }

    /// Makes a call that waits, and cancels the task once it does. Returns whether it was stuck.
    private static func isLeft(_ threads: BlockingThreads, _ pid: Int32, _ barrier: Barrier) async -> Bool {
        let (begins, begun) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            await threads.run(about: pid, within: Self.long) {
                begun.yield()
                barrier.pass()
            }
        }
        for await _ in begins { break }
        task.cancel()
        if case .stuck = await task.value { return true }
        return false
    }
}
