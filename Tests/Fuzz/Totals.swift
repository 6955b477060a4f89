/// What a fuzzer's inputs took so far.
struct Totals {
    var inputs = 0
    /// Of them, real programs that were changed.
    var programs = 0
    var refused = 0
    /// Something could be traced.
    var planned = 0
    /// The most that one took: seconds of the processor, bytes.
    var seconds = 0.0
    var memory = 0
    /// When the last line was written.
    private var written = ContinuousClock.now

    private static let interval = Duration.seconds(10)

    /// Whether it is time for a line again.
    mutating func isDue() -> Bool {
        guard inputs.isMultiple(of: 64), .now - written >= Self.interval else { return false }
        written = .now
        return true
    }
}

extension Totals: CustomStringConvertible {
    var description: String {
        "\(inputs) inputs, \(programs) of them changed programs; \(refused) refused, \(planned) planned; at most "
            + "\(Int(seconds * 1000)) ms of CPU and \(memory >> 20) MB"
    }
}
