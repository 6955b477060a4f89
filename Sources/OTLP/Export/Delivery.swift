/// What `SpanExporter.run` keeps in mind: which batches are on their way, which are to be sent again, and when.
struct Delivery {
    enum Event: Sendable {
        case batchesArrived
        /// No more batches will come.
        case closed
        case attempted(Attempt, DeliveryOutcome)
        case pauseOver
        /// The time to send what is left is over.
        case drainingOver
    }

    /// A batch that is being sent, or is to be sent again.
    struct Attempt: Sendable {
        let batch: SpanQueue.Batch
        /// When the first attempt failed; nil before that.
        var failingSince: Duration?
        /// An earlier attempt may have got through.
        var mayHaveArrived = false

        var isRetry: Bool { failingSince != nil }
    }

    var health = DestinationHealth()
    private(set) var isOver = false

    private let limit: Int
    private let retrying: Duration
    private var backoff = Backoff()
    private var running = 0
    private var toRetry: [Attempt] = []
    private var isOutage = false
    /// When to try again.
    private var pausedUntil: Duration?
    /// The destination has asked for the pause.
    private var isPauseAsked = false
    /// When the exporter will stop; nil before the end.
    private var deadline: Duration?
    /// The outage began before the end: one more attempt, and no waiting.
    private var isLastAttempt = false

    /// - Parameters:
    ///   - limit: of requests at once, while all is well.
    ///   - retrying: from a batch's first failure to the time when it is given up.
    init(limit: Int, retrying: Duration) {
        self.limit = limit
        self.retrying = retrying
    }

    var canSend: Bool { pausedUntil == nil && running < (isOutage ? 1 : limit) }

    /// Nothing is on its way or waits for its turn; to be asked when the queue has nothing either.
    var isIdle: Bool { deadline != nil && running == 0 && toRetry.isEmpty }

    /// Batches that weren't delivered, at the end.
    var leftOver: [SpanQueue.Batch] { toRetry.map(\.batch) }

    mutating func next(from queue: SpanQueue) -> Attempt? {
        let attempt = toRetry.isEmpty ? queue.next().map { Attempt(batch: $0) } : toRetry.removeFirst()
        if attempt != nil { running += 1 }
        return attempt
    }

    /// A batch has come to its end; the destination answers.
    mutating func hasSettled() {
        running -= 1
        isOutage = false
        isLastAttempt = false
        backoff.reset()
    }

    /// The destination could not take a batch, which is kept to be sent again, unless that was tried long enough.
    /// - Parameter chance: 0 to 1.
    mutating func hasFailed(
        _ attempt: Attempt, retryAfter: Duration?, mayHaveArrived: Bool, now: Duration, chance: Double
    ) -> Failure {
        running -= 1
        isOutage = true
        var attempt = attempt
        let failingSince = attempt.failingSince ?? now
        attempt.failingSince = failingSince
        attempt.mayHaveArrived = attempt.mayHaveArrived || mayHaveArrived
        if isLastAttempt {
            isOver = true
            toRetry.append(attempt)
            return Failure(isGivenUp: false, pauseUntil: nil)
        }
        let isFirst = pausedUntil == nil
        // However long a pause is asked for, an attempt is made while the batch is still kept.
        let asked = min(retryAfter ?? .zero, retrying)
        let until = isFirst ? now + max(asked, backoff.next(chance: chance)) : pausedUntil ?? now
        if isFirst {
            pausedUntil = until
            isPauseAsked = retryAfter != nil
        }
        if let deadline, until >= deadline { isOver = true }
        let isGivenUp = until - failingSince > retrying
        if !isGivenUp { toRetry.append(attempt) }
        return Failure(isGivenUp: isGivenUp, pauseUntil: isFirst ? until : nil)
    }

    /// What to do after a failure.
    struct Failure: Equatable {
        /// The batch has been tried long enough.
        var isGivenUp: Bool
        /// When to call `resume`, if not done already.
        var pauseUntil: Duration?
    }

    /// Keeps a batch whose last attempt failed after the end.
    mutating func leave(_ attempt: Attempt) { toRetry.append(attempt) }

    mutating func resume(now: Duration) {
        if let until = pausedUntil, now >= until { pausedUntil = nil }
    }

    /// No more batches will come. A destination that has been failing gets one more chance, at once: nobody should have to
    /// wait for one that is dead. But when it has asked for a pause, it gets that, or no further attempt.
    /// - Parameter deadline: when the exporter will stop.
    mutating func close(deadline: Duration) {
        self.deadline = deadline
        guard isOutage else { return }
        if isPauseAsked, let pausedUntil {
            isOver = pausedUntil >= deadline
        } else {
            isLastAttempt = true
            pausedUntil = nil
        }
    }

    mutating func stop() { isOver = true }
}
