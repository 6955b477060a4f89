/// How long to leave a destination alone that can't take spans: twice as long each time, by chance up to half less, so that
/// the agents of many nodes don't come back at one moment.
struct Backoff {
    static let first = Duration.milliseconds(500)
    static let longest = Duration.seconds(30)

    private var failures = 0

    /// - Parameter chance: 0 to 1.
    mutating func next(chance: Double) -> Duration {
        let whole = min(Self.longest, Self.first * (1 << min(failures, 16)))
        failures += 1
        return whole * (1 - chance / 2)
    }

    mutating func reset() {
        failures = 0
    }
}
