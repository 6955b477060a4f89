/// How many events may be recorded: some at once, then one every so often.
struct EventBudget {
    private let burst: Int
    private let interval: Duration
    private var left: Int
    /// Up to when what came back is counted in `left`.
    private var counted: ContinuousClock.Instant

    init(burst: Int, interval: Duration, now: ContinuousClock.Instant) {
        self.burst = burst
        self.interval = interval
        left = burst
        counted = now
    }

    /// False when there is nothing left.
    mutating func take(now: ContinuousClock.Instant) -> Bool {
        refill(now: now)
        if left == 0 { return false }
        left -= 1
        return true
    }

    /// Whether nothing was taken for so long that it is as new.
    mutating func isFull(now: ContinuousClock.Instant) -> Bool {
        refill(now: now)
        return left == burst
    }

    private mutating func refill(now: ContinuousClock.Instant) {
        let come = Int((now - counted) / interval)
        left = min(burst, left + come)
        counted = left == burst ? now : counted + interval * come
    }
}
