import Glibc
import Spans
import TestSupport
import Testing

@testable import OTLP

@Suite(.timeLimit(.minutes(2))) struct `The account of a process` {
    /// What the process had to do with them.
    private static func sum(_ figures: SpanAccount.Figures) -> UInt64 {
        figures.queued + figures.exported + figures.losses.values.reduce(0, +)
    }

    private static func total(_ accounts: [SpanAccount]) -> SpanAccount.Figures {
        accounts.reduce(into: SpanAccount.Figures()) { $0.add($1.figures) }
    }

    /// Whatever happens, at any moment.
    @Test(arguments: 0..<30) func `closes, and all together are their destination's`(run number: Int) async throws {
        let kinds: [ScriptedTransport.Step] = [
            .ok, .busy, .cut, .refused, .answer(.accepted(PartialSuccess(rejected: .random(in: 1...600)))),
            .answer(.unconfirmed(reason: "?")),
            .answer(.unavailable(reason: "later", retryAfter: .seconds(9), mayHaveArrived: false)),
        ]
        let steps = (0..<60).map { _ in kinds.randomElement() ?? .ok } + [Bool.random() ? .ok : .busy]
        let folder = try TemporaryFolder()
        let spool = number % 2 == 0 ? nil : try Spool(path: "\(folder.path)/spool", bytes: 400_000, unixTime: time(nil))
        var limits = ExportLimits()
        limits.queuedSpans = 3000
        limits.retrying = .seconds(20)
        let accounts = (0..<5).map { _ in SpanAccount() }
        try await ExportRun.with(steps, limits: limits, spool: spool?.folder(for: [1])) { run in
            var taken = [UInt64](repeating: 0, count: accounts.count)
            for _ in 0..<40 {
                for _ in 0..<Int.random(in: 1...4) {
                    let (whose, count) = (Int.random(in: 0..<accounts.count), Int.random(in: 1...300))
                    run.take(count, of: accounts[whose])
                    taken[whose] += UInt64(count)
                }
                run.takeBatch(1, of: accounts[0])
                taken[0] += 1
                run.clock.advance(by: .milliseconds(.random(in: 0...3000)))
                await Task.yield()
                #expect(zip(accounts, taken).allSatisfy { Self.sum($0.figures) == $1 })
            }
            let summary = await run.passing { await run.exporter.finish() }
            let total = Self.total(accounts)
            #expect(zip(accounts, taken).allSatisfy { Self.sum($0.figures) == $1 })
            #expect(summary.isBalanced && summary.spans == taken.reduce(0, +) && summary.hasEnded)
            #expect(total.exported == summary.exported && total.queued == summary.spool?.waiting ?? 0)
            var losses = summary.losses
            if summary.rejected > 0 { losses[.rejected] = summary.rejected }
            #expect(total.losses == losses)
        }
    }

    @Test func `bears its part of what a batch was rejected of`() async throws {
        let few = SpanAccount()
        let many = SpanAccount()
        try await ExportRun.with([.answer(.accepted(PartialSuccess(rejected: 7)))]) { run in
            run.take(10, of: few)
            run.take(90, of: many)
            let summary = await run.exporter.finish()
            #expect(summary.rejected == 7 && summary.exported == 93)
            let losses = [few, many].map { $0.figures.losses[.rejected] ?? 0 }
            #expect(losses.reduce(0, +) == 7 && losses[0] <= 1 && few.figures.exported == 10 - losses[0])
            #expect(many.figures.exported == 90 - losses[1])
        }
    }

    @Test func `tells what waits from what was taken while the exporter runs`() async throws {
        let account = SpanAccount()
        try await ExportRun.with([.hang]) { run in
            run.takeBatch(5, of: account)
            await run.transport.awaitRequests(1)
            #expect(account.figures.queued == 5 && account.figures.exported == 0)
            #expect(run.exporter.summary.queued == 5 && !run.exporter.summary.hasEnded)
        }
        #expect(account.figures.queued == 0 && account.figures.exported == 0)
        #expect(account.figures.losses == [.stopped: 5])
    }

    @Test func `says of what comes too late that it was stopped, and of what has no room that the queue was full`()
        async throws
    {
        let account = SpanAccount()
        var limits = ExportLimits()
        limits.queuedSpans = 600
        try await ExportRun.with([.ok], limits: limits) { run in
            run.take(512 + 88 + 3, of: account)
            _ = await run.exporter.finish()
            run.take(2, of: account)
            #expect(run.exporter.summary.losses[.stopped] == 2 && run.exporter.summary.isBalanced)
        }
        #expect(account.figures.losses[.stopped] == 2 && Self.sum(account.figures) == 605)
    }

    /// Its process has ended, its spans have not.
    @Test func `passes on to its heir what it has, and what becomes of the rest`() async throws {
        let account = SpanAccount()
        let heir = SpanAccount()
        try await ExportRun.with([.ok]) { run in
            account.lose(to: .recordInvalid)
            run.take(5, of: account)
            account.close(into: heir)
            #expect(account.figures == SpanAccount.Figures())
            #expect(heir.figures.queued == 5 && heir.figures.losses == [.recordInvalid: 1])
            run.take(2, of: account)
            _ = await run.exporter.finish()
            #expect(heir.figures.exported == 7 && heir.figures.queued == 0)
            #expect(account.figures == SpanAccount.Figures())
        }
    }
}
