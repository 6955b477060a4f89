/// Converts CLOCK_MONOTONIC, which BPF stamps records with, to Unix time.
///
/// The two clocks tick at one rate: NTP slews both alike, and their difference changes only when somebody sets the wall
/// clock, at leap seconds, and across suspend (kernel/time/timekeeping.c: only tk_set_wall_to_mono changes it). So the
/// difference is sampled on a tick and kept with the time from which it was seen; a record is converted with the
/// difference in force at its end. Spans that end between a step of the wall clock and the next tick still get the old
/// one: the error of a step lasts one tick at most. A span's length always is its monotonic duration.
package struct WallClock: Sendable {
    private struct Era {
        /// CLOCK_MONOTONIC at which this offset was first seen.
        var sinceNS: UInt64
        var offset: UInt64
        /// The offset is known to this much.
        var uncertaintyNS: UInt64

        init(_ reading: ClockReading) {
            sinceNS = reading.monotonicNS
            offset = reading.offset
            uncertaintyNS = reading.widthNS / 2 + 1
        }
    }

    /// Oldest first, never empty.
    private var eras: [Era]
    private let capacity: Int

    /// - Parameter capacity: how many changes of the offset are remembered.
    package init(_ reading: ClockReading, capacity: Int = 64) {
        eras = [Era(reading)]
        self.capacity = max(1, capacity)
    }

    /// Takes note of the clocks. To be called on a tick, before the records that ended up to then are converted.
    /// A reading older than the latest kept is ignored.
    package mutating func sample(_ reading: ClockReading) {
        let seen = Era(reading)
        let last = eras.count - 1
        guard seen.sinceNS >= eras[last].sinceNS else { return }
        let difference = Int64(bitPattern: seen.offset &- eras[last].offset).magnitude
        guard difference > eras[last].uncertaintyNS + seen.uncertaintyNS else {
            if seen.uncertaintyNS < eras[last].uncertaintyNS {
                eras[last].offset = seen.offset
                eras[last].uncertaintyNS = seen.uncertaintyNS
            }
            return
        }
        if eras.count == capacity { eras.removeFirst() }
        eras.append(seen)
    }

    /// Unix time in nanoseconds of a span that ran between two instants of CLOCK_MONOTONIC, `fromNS` not after `toNS`.
    /// The start is zero where the span is longer than the time since 1970.
    package func unixNanoseconds(fromNS: UInt64, toNS: UInt64) -> (start: UInt64, end: UInt64) {
        let era = eras.last { $0.sinceNS <= toNS } ?? eras[0]
        let end = toNS &+ era.offset
        let duration = toNS >= fromNS ? toNS - fromNS : 0
        return (end >= duration ? end - duration : 0, end)
    }
}
