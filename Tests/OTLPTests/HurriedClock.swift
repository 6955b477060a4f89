/// A clock on which time passes ten times as fast, for waits that are as they are in earnest.
struct HurriedClock: Clock {
    struct Instant: InstantProtocol {
        var time: Duration
        func advanced(by duration: Duration) -> Instant { Instant(time: time + duration) }
        func duration(to other: Instant) -> Duration { other.time - time }
        static func < (left: Instant, right: Instant) -> Bool { left.time < right.time }
    }

    static let haste = 10

    private let start = ContinuousClock.now

    var now: Instant { Instant(time: start.duration(to: .now) * Self.haste) }
    var minimumResolution: Duration { .zero }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try await ContinuousClock().sleep(until: start.advanced(by: deadline.time / Self.haste), tolerance: nil)
    }
}
