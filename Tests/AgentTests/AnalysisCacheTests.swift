import CBPF
import GoBinary
import Probes
import Synchronization
import SystemPackage
import TestSupport
import Testing
import Workloads

@testable import Agent

@Suite struct `The cache of analyses` {
    /// A clock that is set by hand.
    private final class Hands: Sendable {
        private let time = Mutex(ContinuousClock.now)

        var now: ContinuousClock.Instant { time.withLock { $0 } }

        func move(by duration: Duration) { time.withLock { $0 += duration } }
    }

    private let hands = Hands()

    private func cache() -> AnalysisCache {
        AnalysisCache { [hands] in hands.now }
    }

    private static func state(_ inode: UInt64) -> ExecutableState {
        var file = ns_mapped_file()
        file.inode = inode
        return ExecutableState(file)
    }

    private static let refusal = AnalysisCache.Outcome.failure(.binary(.notGo))

    private struct Ended: Error {}

    private final class Counter: Sendable {
        private let count = Atomic(0)

        var value: Int { count.load(ordering: .relaxed) }

        /// The new value.
        func next() -> Int { count.add(1, ordering: .relaxed).newValue }
    }

    @Test func `has one analysis for all who ask at once`() async throws {
        let (cache, state) = (cache(), Self.state(1))
        let analyses = Counter()
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    let outcome = await cache.outcome(of: state) {
                        _ = analyses.next()
                        while await cache.waitingCount(for: state) < 19 { await Task.yield() }
                        return Self.refusal
                    }
                    guard case .failure(.binary(.notGo)) = outcome else { return false }
                    return true
                }
            }
            for await isRight in group { #expect(isRight) }
        }
        #expect(analyses.value == 1)
    }

    @Test func `has the next one analyse when the first can't`() async throws {
        let (cache, state) = (cache(), Self.state(1))
        let attempts = Counter()
        let failures = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<5 {
                group.addTask {
                    do throws(Ended) {
                        _ = try await cache.outcome(of: state) { () async throws(Ended) in
                            guard attempts.next() == 1 else { return Self.refusal }
                            while await cache.waitingCount(for: state) < 4 { await Task.yield() }
                            throw Ended()
                        }
                        return false
                    } catch {
                        return true
                    }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(failures == 1)
        #expect(attempts.value == 2)
    }

    @Test func `keeps refusals, but none that may pass`() async {
        let cache = cache()
        #expect(await isAnalysed(cache, 1, .failure(.refused(.noLibrary(libraries: [])))))
        #expect(await !isAnalysed(cache, 1, Self.refusal))
        let passing: [AnalysisError] = [
            .changed, .binary(.io(ByteSourceError(operation: "pread", path: "x", errno: 5))),
            .file(ByteSourceError(operation: "open", path: "x", errno: 24)),
        ]
        for error in passing {
            #expect(await isAnalysed(cache, 2, .failure(error)))
            #expect(await isAnalysed(cache, 2, .failure(error)))
        }
        #expect(await cache.count == 1)
    }

    @Test func `drops what was used the longest ago when there is too much`() async {
        let cache = cache()
        for inode in 0..<1024 {
            _ = await isAnalysed(cache, UInt64(inode), Self.refusal)
            hands.move(by: .milliseconds(1))
        }
        #expect(await !isAnalysed(cache, 0, Self.refusal))
        hands.move(by: .milliseconds(1))
        #expect(await isAnalysed(cache, 5000, Self.refusal))
        #expect(await cache.count == 1024)
        #expect(await !isAnalysed(cache, 0, Self.refusal))
        #expect(await isAnalysed(cache, 1, Self.refusal))
    }

    /// Programs choose what their functions are called.
    @Test func `counts the texts that programs make`() async {
        let cache = cache()
        let text = String(repeating: "x", count: 64 << 10)
        for inode in 0..<500 {
            _ = await isAnalysed(cache, UInt64(inode), .failure(.binary(.corrupt(text))))
            hands.move(by: .milliseconds(1))
        }
        #expect(await cache.size <= 4 << 20)
        #expect(await (50...64).contains(cache.count))
    }

    @Test func `drops what is neither used nor armed for a while`() async {
        let cache = cache()
        for inode in [UInt64(1), 2, 3] { _ = await isAnalysed(cache, inode, Self.refusal) }
        hands.move(by: AnalysisCache.keepingTime - .seconds(1))
        #expect(await !isAnalysed(cache, 2, Self.refusal))
        await cache.dropUnused(armed: [Self.state(3)])
        #expect(await cache.count == 3)
        hands.move(by: .seconds(1))
        await cache.dropUnused(armed: [Self.state(3)])
        #expect(await cache.count == 2)
        hands.move(by: AnalysisCache.keepingTime)
        await cache.dropUnused(armed: [])
        #expect(await cache.count == 0)
        #expect(await cache.size == 0)
    }

    private func isAnalysed(_ cache: AnalysisCache, _ inode: UInt64, _ outcome: AnalysisCache.Outcome) async -> Bool {
        let isAnalysed = Mutex(false)
        _ = await cache.outcome(of: Self.state(inode)) {
            isAnalysed.withLock { $0 = true }
            return outcome
        }
        return isAnalysed.withLock { $0 }
    }
}

@Suite struct `An analysis` {
    @Test func `of a file that is written to meanwhile is none`() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/server"
        let newest = try readFile(try GoToolchain.newest.build("httpserver", mode: .stripped))
        try writeFile(path, newest, permissions: 0o755)
        let file = try ExecutableFile(path: FilePath(path))
        _ = try ExecutableAnalysis(of: file)
        // What it holds then is fit to be traced, cut short, or no program at all.
        for bytes in [newest, Array(newest.prefix(newest.count / 2)), []] {
            try writeFile(path, bytes, permissions: 0o755)
            let error = #expect(throws: AnalysisError.self) { try ExecutableAnalysis(of: file) }
            guard case .changed = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }
}
