internal import Glibc

/// One look at both clocks: CLOCK_REALTIME between two reads of CLOCK_MONOTONIC, all in nanoseconds.
package struct ClockReading: Sendable {
    package var monotonicBeforeNS: UInt64
    package var unixNano: UInt64
    package var monotonicAfterNS: UInt64

    package init(monotonicBeforeNS: UInt64, unixNano: UInt64, monotonicAfterNS: UInt64) {
        self.monotonicBeforeNS = monotonicBeforeNS
        self.unixNano = unixNano
        self.monotonicAfterNS = monotonicAfterNS
    }

    /// Reads the clocks of this machine; the best of three, since the thread may be preempted between two reads.
    package static func now() -> ClockReading {
        let readings = (0..<3).map { _ in
            ClockReading(
                monotonicBeforeNS: nanoseconds(of: CLOCK_MONOTONIC), unixNano: nanoseconds(of: CLOCK_REALTIME),
                monotonicAfterNS: nanoseconds(of: CLOCK_MONOTONIC))
        }
        return readings.dropFirst().reduce(readings[0]) { $1.widthNS < $0.widthNS ? $1 : $0 }
    }

    var widthNS: UInt64 { monotonicAfterNS &- monotonicBeforeNS }

    /// The instant of CLOCK_MONOTONIC that the wall clock's read is taken to belong to; off by half the width at most.
    var monotonicNS: UInt64 { monotonicBeforeNS &+ widthNS / 2 }

    /// What to add to CLOCK_MONOTONIC, modulo 2^64, to get Unix time.
    var offset: UInt64 { unixNano &- monotonicNS }

    private static func nanoseconds(of clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }
}
