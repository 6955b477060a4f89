package import Spans
internal import Synchronization

/// Exports spans to one destination. `take` and `tick` never wait; `run` sends what they left in the queue, and keeps at it
/// while the destination can't be reached.
package final class SpanExporter<C: Clock>: Sendable where C.Duration == Duration {
    private let transport: any Transport
    private let clock: C
    private let start: C.Instant
    private let limits: ExportLimits
    private let spool: SpoolFolder?
    private let notify: @Sendable (DestinationNotice) -> Void
    private let queue: SpanQueue
    /// Yields when there is a batch to send, and ends when no more will come.
    private let batches: AsyncStream<Void>
    private let batchArrived: AsyncStream<Void>.Continuation
    private let ended: AsyncStream<Void>
    private let hasEnded: AsyncStream<Void>.Continuation
    private let books: Mutex<DestinationSummary>

    /// - Parameters:
    ///   - place: for the summary: a URL, a path, or what it is.
    ///   - encoder: of what `transport` takes, without spans.
    ///   - spool: for batches that don't fit into memory in an outage, and for those left at the end; nil for none.
    ///   - notify: told what people should hear, by the task that calls `run`.
    package init(
        place: String, encoder: any BatchEncoder, transport: any Transport, clock: C,
        limits: ExportLimits = ExportLimits(), spool: SpoolFolder? = nil,
        notify: @escaping @Sendable (DestinationNotice) -> Void
    ) {
        self.transport = transport
        self.clock = clock
        start = clock.now
        self.limits = limits
        self.spool = spool
        self.notify = notify
        queue = SpanQueue(encoder: encoder, limits: limits)
        (batches, batchArrived) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        (ended, hasEnded) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingOldest(1))
        books = Mutex(DestinationSummary(endpoint: place))
    }

    /// Queues a span, or drops it when there is no room.
    /// - Parameter account: where it is told what becomes of it; nil for nowhere.
    package func take(_ span: Span, of account: SpanAccount? = nil) {
        if queue.add(span, of: account) { batchArrived.yield() }
    }

    /// To be called every 100 ms or so: lets spans go that have waited long enough.
    package func tick() {
        if queue.tick(now: now) { batchArrived.yield() }
    }

    /// Batches go from now on when the first of those wants it who share the destination.
    package func setBatch(for wishes: some Collection<BatchLimits>) {
        let (spans, age) = limits.batch(for: wishes)
        queue.setBatch(spans: spans, age: age)
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
        return summary
    }

    /// What has become of the spans so far.
    package var summary: DestinationSummary {
        var summary = books.withLock { $0 }
        summary.spool = spool?.summary
        let (handed, dropped) = queue.counts
        summary.spans = handed
        for (reason, count) in dropped { summary.add(count, to: reason) }
        return summary
    }

    /// What it has left on disk is for the next run: from now on no exporter takes it over in this one.
    package func retireSpool() { spool?.retire() }

    /// Sends until `close`, or until cancelled. To be called once.
    package func run() async {
        var leftOver: [Delivery.Attempt] = []
        await withTaskGroup(of: Delivery.Event.self) { group in
            var delivery = Delivery(limit: limits.requests, retrying: limits.retrying)
            awaitBatches(in: &group)
            if let spool {
                if spool.isHeldByAnother {
                    notify(.spoolFailing(reason: "another pipeline to it has its folder, until that has ended"))
                }
                // Nothing can be stored before, and nobody waits for a disk that doesn't answer.
                group.addTask { .spoolOpened(await spool.open()) }
            }
            while !delivery.isOver, !Task.isCancelled {
                sendMore(&delivery, in: &group)
                if delivery.isIdle, queue.isEmpty { break }
                guard let event = await group.next() else { break }
                handle(event, &delivery, in: &group)
            }
            group.cancelAll()
            for await event in group { handleLast(event, &delivery) }
            leftOver = delivery.leftOver
        }
        await giveUp(leftOver)
        spool?.release()
        await transport.shutdown()
        books.withLock { $0.hasEnded = true }
        hasEnded.finish()
    }

    private func sendMore(_ delivery: inout Delivery, in group: inout TaskGroup<Delivery.Event>) {
        while delivery.canSend, let attempt = delivery.next(from: queue, spool) {
            note(attempt)
            group.addTask { await self.send(attempt) }
        }
        // What is on disk is older than what is in memory: that has to get behind it.
        if let spool, delivery.isOutage || !spool.isEmpty, delivery.isSpoolOpen, !delivery.isStoring,
            !delivery.isSpoolFull,
            queue.isHalfFull, let batch = queue.next()
        {
            delivery.isStoring = true
            delivery.stores += 1
            group.addTask { .stored(batch, await spool.store(batch), isGivenUp: false) }
        }
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
        case .pauseOver:
            delivery.resume(now: now)
            delivery.isSpoolFull = false
        case .drainingOver: delivery.stop()
        case .spoolOpened(let error):
            delivery.isSpoolOpen = error == nil
            if let error { notify(.spoolFailing(reason: "\(error)")) }
        case .unreadable(let batch):
            delivery.hasDropped()
            loseUnreadable(batch)
        case .unread(let batch):
            delivery.hasDropped()
            spool?.putBack(batch)
            delivery.isSpoolPaused = true
            wake(at: now + Delivery.spoolPause, with: .spoolPauseOver, in: &group)
        case .spoolPauseOver: delivery.isSpoolPaused = false
        case .stored(let batch, let outcome, let isGivenUp):
            delivery.stores -= 1
            if !isGivenUp { delivery.isStoring = false }
            if !settle(batch, outcome, isGivenUp: isGivenUp) { delivery.isSpoolFull = true }
        case .attempted(let attempt, let outcome):
            for notice in delivery.health.notices(of: outcome, now: now) { notify(notice) }
            if settle(attempt, outcome) {
                if case .disk = attempt.content { delivery.isSpoolFull = false }
                if !delivery.isSpoolFull { queue.setSpoolFull(false) }
                return delivery.hasSettled()
            }
            guard case .unavailable(_, let retryAfter, let mayHaveArrived) = outcome else { return }
            let failure = delivery.hasFailed(
                attempt, retryAfter: retryAfter, mayHaveArrived: mayHaveArrived, now: now, chance: .random(in: 0...1))
            if let time = failure.pauseUntil { wake(at: time, with: .pauseOver, in: &group) }
            if failure.isGivenUp { giveUp(attempt, &delivery, in: &group) }
        }
    }

    /// An event that comes after the end of sending: what was under way may still have succeeded.
    private func handleLast(_ event: Delivery.Event, _ delivery: inout Delivery) {
        switch event {
        case .batchesArrived, .closed, .pauseOver, .drainingOver, .spoolOpened, .spoolPauseOver: break
        case .unread(let batch): spool?.putBack(batch)
        case .attempted(let attempt, let outcome): if !settle(attempt, outcome) { delivery.leave(attempt) }
        case .stored(let batch, let outcome, let isGivenUp): _ = settle(batch, outcome, isGivenUp: isGivenUp)
        case .unreadable(let batch): loseUnreadable(batch)
        }
    }

    /// Books the end of a batch. Returns false when it hasn't come to its end.
    private func settle(_ attempt: Delivery.Attempt, _ outcome: DeliveryOutcome) -> Bool {
        switch outcome {
        case .accepted(let partial):
            let rejected = min(partial.rejected, attempt.spanCount)
            attempt.shares.settle(rejected: rejected, of: attempt.spanCount)
            books.withLock { summary in
                summary.exported += attempt.spanCount - rejected
                summary.rejected += rejected
            }
            free(attempt)
        case .refused: lose(attempt, to: .refused)
        case .unconfirmed: lose(attempt, to: .unconfirmed)
        case .unavailable: return false
        }
        return true
    }

    /// A batch is on disk, or else waits on, if it hasn't waited long enough. Returns whether the disk
    /// took it.
    private func settle(_ batch: SpanQueue.Batch, _ outcome: SpoolFolder.Outcome, isGivenUp: Bool) -> Bool {
        if case .stored = outcome {
            queue.settle(batch)
            return true
        }
        var (isCancelled, isFull) = (false, false)
        switch outcome {
        case .stored: break
        case .full: isFull = true
        case .failed(let error):
            if books.withLock({ $0.noteSpoolFailure() }) { notify(.spoolFailing(reason: "\(error)")) }
        case .cancelled: isCancelled = true
        }
        if isGivenUp, !isCancelled {
            lose(Delivery.Attempt(content: .memory(batch)), to: .unavailable)
        } else {
            queue.putBack(batch)
        }
        queue.setSpoolFull(isFull)
        return false
    }

    /// A batch has been tried long enough.
    private func giveUp(
        _ attempt: Delivery.Attempt, _ delivery: inout Delivery, in group: inout TaskGroup<Delivery.Event>
    ) {
        switch (attempt.content, spool) {
        case (.disk(let batch), let spool?): spool.putBack(batch)
        case (.memory(let batch), let spool?) where delivery.isSpoolOpen:
            delivery.stores += 1
            group.addTask { .stored(batch, await spool.store(batch), isGivenUp: true) }
        case (.memory, _), (_, nil): lose(attempt, to: .unavailable)
        }
    }

    private func lose(_ attempt: Delivery.Attempt, to reason: LossReason) {
        attempt.shares.lose(to: reason)
        books.withLock { $0.add(attempt.spanCount, to: reason) }
        free(attempt)
    }

    private func loseUnreadable(_ batch: SpooledBatch) {
        batch.shares.lose(to: .outputFailed)
        books.withLock { $0.add(UInt64(batch.spanCount), to: .outputFailed) }
    }

    /// What it took of memory or disk is there for others.
    private func free(_ attempt: Delivery.Attempt) {
        switch attempt.content {
        case .memory(let batch): queue.settle(batch)
        case .disk(let batch): spool?.remove(batch)
        }
    }

    /// Stores all that was not delivered for the next run, or else books it as lost. Nothing is taken any more.
    private func giveUp(_ leftOver: [Delivery.Attempt]) async {
        queue.close()
        var batches: [SpanQueue.Batch] = []
        for attempt in leftOver {
            switch attempt.content {
            case .memory(let batch): batches.append(batch)
            case .disk(let batch): spool?.putBack(batch)
            }
        }
        while let batch = queue.next() { batches.append(batch) }
        for batch in await store(batches) { lose(Delivery.Attempt(content: .memory(batch)), to: .stopped) }
    }

    /// Returns those for which there was no room, or no time.
    private func store(_ batches: [SpanQueue.Batch]) async -> [SpanQueue.Batch] {
        guard let spool else { return batches }
        return await withTaskGroup(of: [SpanQueue.Batch]?.self) { group in
            group.addTask {
                var left: [SpanQueue.Batch] = []
                for batch in batches {
                    if !left.isEmpty || Task.isCancelled {
                        left.append(batch)
                    } else if case .stored = await spool.store(batch) {
                        self.queue.settle(batch)
                    } else {
                        left.append(batch)
                    }
                }
                await spool.finish()
                return left
            }
            group.addTask {
                try? await self.clock.sleep(for: self.limits.draining)
                return nil
            }
            var left: [SpanQueue.Batch] = []
            for await ending in group {
                group.cancelAll()
                if let ending { left = ending }
            }
            return left
        }
    }

    private func note(_ attempt: Delivery.Attempt) {
        guard attempt.isRetry else { return }
        books.withLock { summary in
            summary.retries += 1
            if attempt.mayHaveArrived { summary.resent += attempt.spanCount }
        }
    }

    private func send(_ attempt: Delivery.Attempt) async -> Delivery.Event {
        switch attempt.content {
        case .memory(let batch): return .attempted(attempt, await send(batch.request))
        case .disk(let batch):
            switch await withinAttempt({ await self.spool?.read(batch) ?? .unavailable }) {
            case .request(let request): return .attempted(attempt, await send(request))
            case .unreadable: return .unreadable(batch)
            case .unavailable, nil: return .unread(batch)
            }
        }
    }

    private func send(_ request: [UInt8]) async -> DeliveryOutcome {
        await withinAttempt { await self.transport.send(request) }
            ?? .unavailable(reason: "no answer within \(limits.attempt)", mayHaveArrived: true)
    }

    /// Nil for what takes longer than an attempt may, and is cut off.
    private func withinAttempt<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) async -> Value? {
        await withTaskGroup(of: Value?.self) { group in
            group.addTask { await body() }
            group.addTask {
                try? await self.clock.sleep(for: self.limits.attempt)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
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
