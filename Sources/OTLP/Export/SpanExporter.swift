package import Spans
internal import Synchronization

/// Exports spans to one destination. `take` and `tick` never wait; `run` sends what they left in the queue, and keeps at it
/// while the destination can't be reached.
package final class SpanExporter<C: Clock>: Sendable where C.Duration == Duration {
    private let transport: any Transport
    private let clock: C
    private let start: C.Instant
    private let limits: ExportLimits
    private let notify: @Sendable (DestinationNotice) -> Void
    private let queue: SpanQueue
    /// Yields when there is a batch to send, and ends when no more will come.
    private let batches: AsyncStream<Void>
    private let batchArrived: AsyncStream<Void>.Continuation
    private let ended: AsyncStream<Void>
    private let hasEnded: AsyncStream<Void>.Continuation
    private let summary: Mutex<DestinationSummary>

    /// - Parameters:
    ///   - place: for the summary: a URL, a path, or what it is.
    ///   - encoder: of what `transport` takes, without spans.
    ///   - notify: told what people should hear, by the task that calls `run`.
    package init(
        place: String, encoder: any BatchEncoder, transport: any Transport, clock: C,
        limits: ExportLimits = ExportLimits(),
        notify: @escaping @Sendable (DestinationNotice) -> Void
    ) {
        self.transport = transport
        self.clock = clock
        start = clock.now
        self.limits = limits
        self.notify = notify
        queue = SpanQueue(encoder: encoder, limits: limits)
        (batches, batchArrived) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        (ended, hasEnded) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingOldest(1))
        summary = Mutex(DestinationSummary(endpoint: place))
    }

    /// Queues a span, or drops it when there is no room.
    package func take(_ span: Span) {
        if queue.add(span) { batchArrived.yield() }
    }

    /// To be called every 100 ms or so: lets spans go that have waited long enough.
    package func tick() {
        if queue.tick(now: now) { batchArrived.yield() }
    }

    /// After the last span: `run` sends what is left, and ends.
    package func close() {
        queue.close()
        batchArrived.finish()
    }

    /// Waits for the end of `run`, and says what became of all spans.
    package func finish() async -> DestinationSummary {
        close()
        for await _ in ended {}
        return summary.withLock { $0 }
    }

    /// Sends until `close`, or until cancelled. To be called once.
    package func run() async {
        await withTaskGroup(of: Delivery.Event.self) { group in
            var delivery = Delivery(limit: limits.requests, retrying: limits.retrying)
            awaitBatches(in: &group)
            while !delivery.isOver, !Task.isCancelled {
                while delivery.canSend, let attempt = delivery.next(from: queue) {
                    note(attempt)
                    group.addTask { .attempted(attempt, await self.send(attempt)) }
                }
                if delivery.isIdle, queue.isEmpty { break }
                guard let event = await group.next() else { break }
                handle(event, &delivery, in: &group)
            }
            group.cancelAll()
            // One that is under way may still succeed.
            for await case .attempted(let attempt, let outcome) in group {
                if !settle(attempt, outcome) { delivery.leave(attempt) }
            }
            giveUp(delivery.leftOver)
        }
        await transport.shutdown()
        hasEnded.finish()
    }

    private func handle(
        _ event: Delivery.Event, _ delivery: inout Delivery, in group: inout TaskGroup<Delivery.Event>
    ) {
        switch event {
        case .batchesArrived: awaitBatches(in: &group)
        case .closed:
            let deadline = now + limits.draining
            delivery.close(deadline: deadline)
            wake(at: deadline, with: .drainingOver, in: &group)
        case .pauseOver: delivery.resume(now: now)
        case .drainingOver: delivery.stop()
        case .attempted(let attempt, let outcome):
            for notice in delivery.health.notices(of: outcome, now: now) { notify(notice) }
            if settle(attempt, outcome) { return delivery.hasSettled() }
            guard case .unavailable(_, let retryAfter, let mayHaveArrived) = outcome else { return }
            let failure = delivery.hasFailed(
                attempt, retryAfter: retryAfter, mayHaveArrived: mayHaveArrived, now: now, chance: .random(in: 0...1))
            if let time = failure.pauseUntil { wake(at: time, with: .pauseOver, in: &group) }
            if failure.isGivenUp { lose(attempt.batch, to: .unavailable) }
        }
    }

    /// Books the end of a batch. Returns false when it hasn't come to its end.
    private func settle(_ attempt: Delivery.Attempt, _ outcome: DeliveryOutcome) -> Bool {
        switch outcome {
        case .accepted(let partial):
            let spans = UInt64(attempt.batch.spanCount)
            let rejected = min(partial.rejected, spans)
            summary.withLock { summary in
                summary.exported += spans - rejected
                summary.rejected += rejected
            }
            queue.settle(attempt.batch)
        case .refused: lose(attempt.batch, to: .refused)
        case .unconfirmed: lose(attempt.batch, to: .unconfirmed)
        case .unavailable: return false
        }
        return true
    }

    private func lose(_ batch: SpanQueue.Batch, to reason: LossReason) {
        summary.withLock { $0.add(UInt64(batch.spanCount), to: reason) }
        queue.settle(batch)
    }

    /// Books all that was not delivered. Nothing is taken any more.
    private func giveUp(_ leftOver: [SpanQueue.Batch]) {
        queue.close()
        for batch in leftOver { lose(batch, to: .stopped) }
        while let batch = queue.next() { lose(batch, to: .stopped) }
        let (handed, dropped) = queue.counts
        summary.withLock { summary in
            summary.spans = handed
            summary.add(dropped, to: .queueFull)
        }
    }

    private func note(_ attempt: Delivery.Attempt) {
        guard attempt.isRetry else { return }
        summary.withLock { summary in
            summary.retries += 1
            if attempt.mayHaveArrived { summary.resent += UInt64(attempt.batch.spanCount) }
        }
    }

    /// One attempt, cut off when it takes too long.
    private func send(_ attempt: Delivery.Attempt) async -> DeliveryOutcome {
        await withTaskGroup(of: DeliveryOutcome?.self) { group in
            group.addTask { await self.transport.send(attempt.batch.request) }
            group.addTask {
                try? await self.clock.sleep(for: self.limits.attempt)
                return nil
            }
            let first = await group.next()
            group.cancelAll()
            if let first, let outcome = first { return outcome }
            return .unavailable(reason: "no answer within \(limits.attempt)", mayHaveArrived: true)
        }
    }

    private func awaitBatches(in group: inout TaskGroup<Delivery.Event>) {
        group.addTask { await self.batches.first { _ in true } == nil ? .closed : .batchesArrived }
    }

    private func wake(at time: Duration, with event: Delivery.Event, in group: inout TaskGroup<Delivery.Event>) {
        group.addTask {
            try? await self.clock.sleep(until: self.start.advanced(by: time), tolerance: nil)
            return event
        }
    }

    /// Since the exporter was made.
    private var now: Duration { start.duration(to: clock.now) }
}
