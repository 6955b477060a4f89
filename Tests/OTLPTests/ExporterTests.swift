import Spans
import Testing

@testable import OTLP

@Suite(.timeLimit(.minutes(1))) struct `The exporter` {
    @Test func `sends full batches at once and the rest after a second`() async throws {
        try await ExportRun.with([.ok]) { run in
            run.take(1030)
            await run.transport.awaitRequests(2)
            run.exporter.tick()
            run.clock.advance(by: .milliseconds(999))
            run.exporter.tick()
            #expect(run.transport.requests.count == 2)
            run.clock.advance(by: .milliseconds(1))
            run.exporter.tick()
            await run.transport.awaitRequests(1)
            let summary = await run.exporter.finish()
            #expect(summary.spans == 1030 && summary.exported == 1030 && summary.losses.isEmpty)
            #expect(run.transport.requests.count == 3 && run.transport.isShutDown && run.notices.isEmpty)
        }
    }

    @Test func `sends what is left at the end`() async throws {
        try await ExportRun.with([.ok]) { run in
            run.take(3)
            let summary = await run.exporter.finish()
            #expect(summary.exported == 3 && summary.isBalanced && run.transport.requests.count == 1)
        }
    }

    @Test func `sends nothing when there is nothing`() async throws {
        try await ExportRun.with([.ok]) { run in
            let summary = await run.exporter.finish()
            #expect(summary.spans == 0 && run.transport.requests.isEmpty && run.transport.isShutDown)
        }
    }

    @Test func `tries again with growing pauses, says so once, and says when it is over`() async throws {
        try await ExportRun.with([.busy, .busy, .busy, .ok]) { run in
            run.takeBatch(5)
            for pause in [0.5, 1, 2] {
                let slept = await run.clock.pass(.zero ... .seconds(9))
                #expect((Duration.seconds(pause / 2) ... .seconds(pause)).contains(slept))
            }
            await run.transport.awaitRequests(4)
            let summary = await run.exporter.finish()
            #expect(summary.exported == 5 && summary.retries == 3 && summary.resent == 0 && summary.isBalanced)
            #expect(run.notices == [.unavailable(reason: "busy"), .recovered])
            #expect(Set(run.transport.requests).count == 1)
        }
    }

    @Test func `counts what may have been taken twice`() async throws {
        try await ExportRun.with([.cut, .busy, .ok]) { run in
            run.takeBatch(5)
            await run.clock.pass(.zero ... .seconds(9))
            await run.clock.pass(.zero ... .seconds(9))
            await run.transport.awaitRequests(3)
            let summary = await run.exporter.finish()
            // Twice: nobody knows of the first attempt what became of it.
            #expect(summary.exported == 5 && summary.retries == 2 && summary.resent == 10)
        }
    }

    @Test func `waits as long as it is asked to, with all batches`() async throws {
        let later = DeliveryOutcome.unavailable(reason: "later", retryAfter: .seconds(20), mayHaveArrived: false)
        try await ExportRun.with([.answer(later), .ok]) { run in
            run.takeBatch(5)
            await run.transport.awaitRequests(1)
            // Those that were asked for the same don't come back at the same moment.
            let slept = await run.clock.pass(.seconds(15) ... .seconds(30))
            #expect((.seconds(20) ... .seconds(25)).contains(slept))
            await run.transport.awaitRequests(1)
            let summary = await run.exporter.finish()
            #expect(summary.exported == 5 && summary.retries == 1)
        }
    }

    /// A year, or more: one misconfigured proxy would end export for good.
    @Test func `waits no longer than it keeps a batch`() async throws {
        let never = DeliveryOutcome.unavailable(reason: "", retryAfter: .seconds(4_294_967_295), mayHaveArrived: false)
        try await ExportRun.with([.answer(never), .ok]) { run in
            run.takeBatch(5)
            await run.transport.awaitRequests(1)
            #expect(await run.clock.pass(.seconds(100) ... .seconds(300)) == .seconds(300))
            await run.transport.awaitRequests(1)
            let summary = await run.exporter.finish()
            #expect(summary.exported == 5 && summary.retries == 1 && summary.isBalanced)
        }
    }

    @Test func `doesn't try before the time asked for, even at the end`() async throws {
        let later = DeliveryOutcome.unavailable(reason: "later", retryAfter: .seconds(20), mayHaveArrived: false)
        try await ExportRun.with([.answer(later), .ok]) { run in
            run.takeBatch(5)
            await run.transport.awaitRequests(1)
            let summary = await run.exporter.finish()
            #expect(run.transport.requests.count == 1)
            #expect(summary.losses == [.stopped: 5] && summary.isBalanced)
        }
    }

    @Test func `gives a batch up after five minutes, and goes on with the next`() async throws {
        let later = DeliveryOutcome.unavailable(reason: "later", retryAfter: .seconds(200), mayHaveArrived: false)
        try await ExportRun.with([.answer(later), .answer(later), .ok]) { run in
            run.take(512)
            await run.clock.pass(.seconds(100) ... .seconds(250))
            run.takeBatch(5)
            await run.clock.pass(.seconds(100) ... .seconds(250))
            await run.transport.awaitRequests(3)
            let summary = await run.exporter.finish()
            #expect(summary.losses == [.unavailable: 512] && summary.exported == 5 && summary.isBalanced)
        }
    }

    @Test func `loses what is refused, and says so once`() async throws {
        try await ExportRun.with([.refused]) { run in
            run.take(512 * 8)
            let summary = await run.exporter.finish()
            #expect(summary.losses == [.refused: 512 * 8] && summary.retries == 0 && summary.isBalanced)
            #expect(run.notices == [.refusing(reason: "no")])
        }
    }

    @Test func `takes no strange answer for success`() async throws {
        try await ExportRun.with([.answer(.unconfirmed(reason: "HTML"))]) { run in
            run.takeBatch(4)
            let summary = await run.exporter.finish()
            #expect(summary.losses == [.unconfirmed: 4] && summary.exported == 0 && summary.isBalanced)
            #expect(run.notices == [.unconfirmed(reason: "HTML")])
        }
    }

    @Test func `counts partial successes, whatever numbers they have`() async throws {
        let outcomes = [
            PartialSuccess(rejected: 2, message: "bad"), PartialSuccess(rejected: .max),
            PartialSuccess(message: "slow"), PartialSuccess(message: "slow"),
        ]
        try await ExportRun.with(outcomes.map { .answer(.accepted($0)) }) { run in
            for _ in 0..<4 {
                run.takeBatch(5)
                await run.transport.awaitRequests(1)
            }
            let summary = await run.exporter.finish()
            #expect(summary.exported == 13 && summary.rejected == 7 && summary.isBalanced)
            #expect(run.notices == [.rejecting(spans: 2, reason: "bad"), .warning("slow")])
        }
    }

    @Test func `drops the newest when its queue is full, without waiting`() async throws {
        var limits = ExportLimits()
        limits.queuedSpans = 1000
        try await ExportRun.with([.hang], limits: limits) { run in
            run.take(3000)
            async let finishing = run.exporter.finish()
            await run.clock.pass(.seconds(5) ... .seconds(5))
            let summary = await finishing
            #expect(summary.spans == 3000 && summary.losses == [.queueFull: 2000, .stopped: 1000])
        }
    }

    @Test func `bounds the bytes that wait`() async throws {
        var limits = ExportLimits()
        limits.queuedBytes = 100_000
        limits.batchBytes = 10_000
        try await ExportRun.with([.hang], limits: limits) { run in
            let long = sampleSpan(of: .named("shop"), path: String(repeating: "/x", count: 1000))
            for _ in 0..<1000 { run.exporter.take(long) }
            async let finishing = run.exporter.finish()
            await run.clock.pass(.seconds(5) ... .seconds(5))
            let summary = await finishing
            let kept = summary.losses[.stopped] ?? 0
            #expect((40...60).contains(kept) && summary.losses[.queueFull] == 1000 - kept && summary.isBalanced)
        }
    }

    @Test func `gives an attempt ten seconds`() async throws {
        try await ExportRun.with([.hang, .ok]) { run in
            run.takeBatch(5)
            await run.transport.awaitRequests(1)
            await run.clock.pass(.seconds(10) ... .seconds(10))
            await run.clock.pass(.zero ... .seconds(1))
            await run.transport.awaitRequests(1)
            let summary = await run.exporter.finish()
            #expect(summary.exported == 5 && summary.retries == 1 && summary.resent == 5)
            #expect(run.notices.first == .unavailable(reason: "no answer within 10.0 seconds"))
        }
    }

    @Test func `asks a dead destination once more at the end, and waits no longer`() async throws {
        try await ExportRun.with([.busy]) { run in
            run.takeBatch(5)
            await run.clock.pass(.zero ... .seconds(1))
            await run.transport.awaitRequests(2)
            await run.clock.awaitSleep(.zero ... .seconds(1))
            run.take(600)
            let summary = await run.exporter.finish()
            #expect(run.transport.requests.count == 3)
            #expect(summary.losses == [.stopped: 605] && summary.isBalanced)
            #expect(run.notices == [.unavailable(reason: "busy")])
        }
    }

    @Test func `delivers all when a destination is back at the end`() async throws {
        try await ExportRun.with([.busy, .busy, .ok]) { run in
            run.takeBatch(5)
            await run.clock.pass(.zero ... .seconds(1))
            await run.transport.awaitRequests(2)
            await run.clock.awaitSleep(.zero ... .seconds(1))
            run.take(600)
            let summary = await run.exporter.finish()
            #expect(summary.exported == 605 && summary.losses.isEmpty)
            #expect(run.notices == [.unavailable(reason: "busy"), .recovered])
        }
    }

    @Test func `has at most four requests under way, and one in an outage`() async throws {
        try await ExportRun.with([.ok]) { run in
            run.take(512 * 16)
            _ = await run.exporter.finish()
            #expect(run.transport.mostRunning <= 4)
        }
        try await ExportRun.with([.busy, .hang]) { run in
            run.takeBatch(1)
            await run.clock.pass(.zero ... .seconds(1))
            run.take(512 * 8)
            await run.transport.awaitRequests(2)
            #expect(run.transport.mostRunning == 1)
        }
    }

    @Test func `ends and closes its books when it is cancelled`() async throws {
        let run = try await ExportRun.with([.hang]) { run in
            run.take(700)
            await run.transport.awaitRequests(1)
            return run
        }
        let summary = await run.exporter.finish()
        #expect(summary.spans == 700 && summary.losses == [.stopped: 700] && run.transport.isShutDown)
    }
}
