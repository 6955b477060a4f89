/// A running program, the side of a library in it that is measured, and the load that this gets.
struct Subject {
    /// What it may cost: nil for what is only told.
    struct Budget {
        /// Probe hits a span.
        var hits: Double
        /// BPF time, nanoseconds.
        var begin: Double?
        var end: Double?
        /// Of processor time a request, microseconds.
        var added: Double?

        /// Of what a server may cost.
        static func server(hits: Double) -> Budget { Budget(hits: hits, begin: 1700, end: 600, added: 4) }
    }

    let title: String
    let pid: Int32
    /// The BPF programs that begin and end its spans.
    let begin: String
    let end: String
    let budget: Budget
    /// Loads it for so many seconds: how many requests that were.
    let load: (_ seconds: Int) throws -> Int

    var executable: String { "/proc/\(pid)/exe" }
}
