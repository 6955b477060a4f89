/// How long a reader waits for a ring buffer whose producers rarely wake it: `shortest` while records come, doubling up
/// to `longest` while none do.
package struct RingPacing: Sendable {
    package let shortest: Duration
    package let longest: Duration

    package init(shortest: Duration, longest: Duration) {
        self.shortest = shortest
        self.longest = longest
    }

    /// For finished spans: 5 ms to 100 ms.
    package static let spans = RingPacing(shortest: .milliseconds(5), longest: .milliseconds(100))
    /// For a ring whose every record wakes the reader; the timer only bounds what a lost wake-up can cost.
    package static let events = RingPacing(shortest: .milliseconds(1000), longest: .milliseconds(1000))

    /// The wait that follows one of length `current` after which `records` were found.
    package func wait(after current: Duration, records: Int) -> Duration {
        records > 0 ? shortest : min(current * 2, longest)
    }
}
