/// How long to wait before the API server is asked again: as client-go does, 0.8 seconds doubling to 30, and up to twice as
/// long by chance, so that the agents of a cluster don't come together.
struct WatchBackoff {
    private static let longest = Duration.seconds(30)

    private var pause = Duration.milliseconds(800)

    mutating func next() -> Duration {
        defer { pause = min(pause * 2, Self.longest) }
        return pause * Double.random(in: 1...2)
    }
}
