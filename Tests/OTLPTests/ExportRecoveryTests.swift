import Spans
import Testing

@testable import OTLP

@Suite struct `After an outage` {
    private static func queue(batches: Int) -> SpanQueue {
        var limits = ExportLimits()
        limits.batchSpans = 1
        let queue = SpanQueue(encoder: TraceRequestEncoder(), limits: limits)
        for number in 0..<batches { _ = queue.add(sampleSpan(UInt64(number), of: .named("shop")), of: nil) }
        return queue
    }

    private static func sendAll(_ delivery: inout Delivery, _ queue: SpanQueue) -> [Delivery.Attempt] {
        var sent: [Delivery.Attempt] = []
        while delivery.canSend, let attempt = delivery.next(from: queue, nil) { sent.append(attempt) }
        return sent
    }

    @Test func `lets what is on its way arrive when another request fails at the end`() {
        let queue = Self.queue(batches: 3)
        var delivery = Delivery(limit: 2, retrying: .seconds(300))
        let sent = Self.sendAll(&delivery, queue)
        delivery.close(deadline: .seconds(10))
        _ = delivery.hasFailed(sent[0], retryAfter: .seconds(60), mayHaveArrived: false, now: .zero, chance: 0)
        #expect(!delivery.isOver && !delivery.canSend)
        delivery.hasSettled()
        #expect(delivery.isOver && delivery.leftOver.count == 1)
    }

    @Test func `requests at once grow from one to two to all, with each success, and fall back with a failure`() {
        var delivery = Delivery(limit: 4, retrying: .seconds(300))
        let queue = Self.queue(batches: 40)
        let first = Self.sendAll(&delivery, queue)
        #expect(first.count == 4)
        for attempt in first {
            _ = delivery.hasFailed(attempt, retryAfter: nil, mayHaveArrived: false, now: .zero, chance: 0)
        }
        #expect(Self.sendAll(&delivery, queue).isEmpty)
        delivery.resume(now: .seconds(1))
        var sent: [Int] = []
        for _ in 0..<3 {
            let attempts = Self.sendAll(&delivery, queue)
            sent.append(attempts.count)
            delivery.hasSettled()
        }
        // What is under way, and one more for each that has succeeded.
        #expect(sent == [1, 2, 3])
        #expect(Self.sendAll(&delivery, queue).count == 1)
        let attempt = Delivery.Attempt(content: .memory(SpanQueue.Batch(request: [], spanCount: 1)))
        _ = delivery.hasFailed(attempt, retryAfter: nil, mayHaveArrived: false, now: .seconds(1), chance: 0)
        delivery.resume(now: .seconds(9))
        // Three are under way still.
        #expect(Self.sendAll(&delivery, queue).isEmpty)
    }

    @Test func `a longer pause that one of several failures asks for is kept`() {
        var delivery = Delivery(limit: 2, retrying: .seconds(300))
        let sent = Self.sendAll(&delivery, Self.queue(batches: 2))
        let short = delivery.hasFailed(sent[0], retryAfter: nil, mayHaveArrived: false, now: .zero, chance: 0)
        #expect(short.pauseUntil == .milliseconds(500))
        let long = delivery.hasFailed(sent[1], retryAfter: .seconds(20), mayHaveArrived: false, now: .zero, chance: 0)
        #expect(long.pauseUntil == .seconds(20))
        delivery.resume(now: .milliseconds(500))
        #expect(!delivery.canSend)
        delivery.resume(now: .seconds(20))
        #expect(delivery.canSend)
    }

    /// The agents of all nodes are asked for the same.
    @Test func `the pause asked for is never shorter, and up to a quarter longer by chance`() {
        for (chance, seconds) in [(0.0, 20.0), (0.5, 22.5), (1, 25)] {
            var delivery = Delivery(limit: 1, retrying: .seconds(300))
            let sent = Self.sendAll(&delivery, Self.queue(batches: 1))
            let failure = delivery.hasFailed(
                sent[0], retryAfter: .seconds(20), mayHaveArrived: false, now: .zero, chance: chance)
            #expect(failure.pauseUntil == .seconds(seconds))
        }
    }
}

@Suite struct `Batches of workloads that share a pipeline` {
    @Test func `go when the first of them wants it, within bounds`() {
        let limits = ExportLimits()
        func batch(_ wishes: BatchLimits...) -> [Duration] {
            let batch = limits.batch(for: wishes)
            return [.seconds(batch.spans), batch.age]
        }
        #expect(batch() == [.seconds(512), .seconds(1)])
        #expect(batch(.none) == [.seconds(512), .seconds(1)])
        #expect(batch(BatchLimits(age: .seconds(5), spans: 2048)) == [.seconds(2048), .seconds(5)])
        #expect(batch(BatchLimits(age: .seconds(5)), .none) == [.seconds(512), .seconds(1)])
        #expect(
            batch(BatchLimits(age: .milliseconds(200)), BatchLimits(spans: 100)) == [.seconds(100), .milliseconds(200)])
        #expect(batch(BatchLimits(age: .zero, spans: 1)) == [.seconds(16), .milliseconds(100)])
        #expect(batch(BatchLimits(age: .seconds(1 << 40), spans: .max)) == [.seconds(4096), .seconds(60)])
    }

    @Test func `go earlier from now on, and later again when that one has gone`() async throws {
        try await ExportRun.with([.ok]) { run in
            run.exporter.setBatch(for: [BatchLimits(age: .milliseconds(200), spans: 100), .none])
            run.take(150)
            await run.transport.awaitRequests(1)
            run.exporter.tick()
            run.clock.advance(by: .milliseconds(200))
            run.exporter.tick()
            await run.transport.awaitRequests(1)
            run.exporter.setBatch(for: [.none])
            run.take(150)
            run.exporter.tick()
            run.clock.advance(by: .milliseconds(999))
            run.exporter.tick()
            #expect(run.transport.requests.count == 2)
            run.clock.advance(by: .milliseconds(1))
            run.exporter.tick()
            await run.transport.awaitRequests(1)
        }
    }
}
