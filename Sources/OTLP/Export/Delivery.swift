internal import SystemPackage

/// What `SpanExporter.run` keeps in mind: which batches are on their way, which are to be sent again, and when.
struct Delivery {
    /// For which nothing is read from a disk that doesn't answer.
    static let spoolPause = Duration.seconds(30)

    enum Event: Sendable {
        case batchesArrived
        /// No more batches will come.
        case closed
        case attempted(Attempt, DeliveryOutcome)
        case spoolOpened(Errno?)
        /// A batch was read that isn't what was written.
        case unreadable(SpooledBatch)
        /// The disk doesn't give a batch now.
        case unread(SpooledBatch)
        case spoolPauseOver
        /// Or not. Given up: it was tried long enough by then.
        case stored(SpanQueue.Batch, SpoolFolder.Outcome, isGivenUp: Bool)
        case pauseOver
        /// The time to send what is left is over.
        case drainingOver
    }

    /// A batch that is being sent, or is to be sent again.
    struct Attempt: Sendable {
        enum Content: Sendable {
            case memory(SpanQueue.Batch)
            case disk(SpooledBatch)
        }

        let content: Content
        /// When the first attempt failed; nil before that.
        var failingSince: Duration?
        /// An earlier attempt may have got through.
        var mayHaveArrived = false

        var isRetry: Bool { failingSince != nil }

        var spanCount: UInt64 {
            switch content {
            case .memory(let batch): UInt64(batch.spanCount)
            case .disk(let batch): UInt64(batch.spanCount)
            }
        }

        var shares: BatchShares {
            switch content {
            case .memory(let batch): batch.shares
            case .disk(let batch): batch.shares
            }
        }
    }

    var health = DestinationHealth()
    /// Nothing is to be sent any more; what is on its way may still arrive.
    private var isEnding = false
    private var isStopped = false
    /// The destination could not take the batch that was attempted last.
    private(set) var isOutage = false
    /// When the exporter will stop; nil before the end.
    private(set) var deadline: Duration?
    /// What is to go to disk can.
    var isSpoolOpen = false
    /// A batch is being written to disk, to make room.
    var isStoring = false
    /// Batches that are being written to disk.
    var stores = 0
    /// The disk took no more, and nothing has changed since.
    var isSpoolFull = false
    /// The disk doesn't answer: others go before what is there.
    var isSpoolPaused = false

    private let limit: Int
    private let retrying: Duration
    private var backoff = Backoff()
    private var running = 0
    /// How many requests there may be at once: one in an outage, and after it twice as many with each success, so that what
    /// has waited doesn't knock over what has just got up.
    private var window: Int
    private var toRetry: [Attempt] = []
    /// When to try again.
    private var pausedUntil: Duration?
    /// The destination has asked for the pause.
    private var isPauseAsked = false
    /// The outage began before the end: one more attempt, and no waiting.
    private var isLastAttempt = false

    /// - Parameters:
    ///   - limit: of requests at once, while all is well.
    ///   - retrying: from a batch's first failure to the time when it is given up.
    init(limit: Int, retrying: Duration) {
        self.limit = limit
        self.retrying = retrying
        window = limit
    }

    var canSend: Bool { !isEnding && pausedUntil == nil && running < window }

    var isOver: Bool { isStopped || isEnding && running == 0 }

    /// Nothing is on its way or waits for its turn; to be asked when the queue has nothing either.
    var isIdle: Bool { deadline != nil && running == 0 && stores == 0 && toRetry.isEmpty }

    /// Batches that weren't delivered, at the end.
    var leftOver: [Attempt] { toRetry }

    /// The oldest batch: one that has failed, else one that is on disk, else one that waits.
    mutating func next(from queue: SpanQueue, _ spool: SpoolFolder?) -> Attempt? {
        let attempt =
            if !toRetry.isEmpty {
                toRetry.removeFirst()
            } else if deadline == nil, !isSpoolPaused, let batch = spool?.next() {
                // At the end, what is on disk is safe there, and what isn't goes first.
                Attempt(content: .disk(batch))
            } else {
                queue.next().map { Attempt(content: .memory($0)) }
            }
        if attempt != nil { running += 1 }
        return attempt
    }

    /// A batch has come to its end; the destination answers.
    mutating func hasSettled() {
        running -= 1
        window = min(limit, 2 * window)
        isOutage = false
        isLastAttempt = false
        if pausedUntil == nil { isEnding = false }
        backoff.reset()
    }

    /// A batch has come to its end without the destination.
    mutating func hasDropped() { running -= 1 }

    /// The destination could not take a batch, which is kept to be sent again, unless that was tried long enough.
    /// - Parameter chance: 0 to 1.
    mutating func hasFailed(
        _ attempt: Attempt, retryAfter: Duration?, mayHaveArrived: Bool, now: Duration, chance: Double
    ) -> Failure {
        running -= 1
        window = 1
        isOutage = true
        var attempt = attempt
        let failingSince = attempt.failingSince ?? now
        attempt.failingSince = failingSince
        attempt.mayHaveArrived = attempt.mayHaveArrived || mayHaveArrived
        if isLastAttempt {
            isEnding = true
            toRetry.append(attempt)
            return Failure(isGivenUp: false, pauseUntil: nil)
        }
        let isFirst = pausedUntil == nil
        var until = isFirst ? now + backoff.next(chance: chance) : pausedUntil ?? now
        if let retryAfter {
            // However long a pause is asked for, an attempt is made while the batch is still kept. All that were asked for the
            // same pause at the same time come back at different ones.
            let asked = min(retryAfter * (1 + chance / 4), retrying)
            until = max(until, now + asked)
        }
        let isLonger = until > pausedUntil ?? now
        if isFirst || isLonger { isPauseAsked = retryAfter != nil }
        pausedUntil = until
        if let deadline, until >= deadline { isEnding = true }
        let isGivenUp = until - failingSince > retrying
        if !isGivenUp { toRetry.append(attempt) }
        return Failure(isGivenUp: isGivenUp, pauseUntil: isFirst || isLonger ? until : nil)
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
            isEnding = pausedUntil >= deadline
        } else {
            isLastAttempt = true
            pausedUntil = nil
        }
    }

    mutating func stop() { isStopped = true }
}
