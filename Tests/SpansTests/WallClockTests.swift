import Testing

@testable import Spans

@Suite struct WallClockTests {
    private let second: UInt64 = 1_000_000_000

    @Test func timesAreShiftedByTheOffset() {
        let clock = WallClock(reading(at: 0))
        #expect(clock.unixNanoseconds(fromNS: 5, toNS: 12) == (bootUnixNano + 5, bootUnixNano + 12))
    }

    @Test(arguments: [3_600, -3_600] as [Int64]) func aStepAppliesFromWhereItWasSeen(stepSeconds: Int64) {
        let stepped = bootUnixNano &+ UInt64(bitPattern: stepSeconds) &* second
        var clock = WallClock(reading(at: 0))
        clock.sample(reading(at: 10 * second))
        clock.sample(reading(at: 20 * second, bootUnixNano: stepped))
        clock.sample(reading(at: 30 * second, bootUnixNano: stepped))

        let before = clock.unixNanoseconds(fromNS: 9 * second, toNS: 15 * second)
        #expect(before == (bootUnixNano + 9 * second, bootUnixNano + 15 * second))
        let after = clock.unixNanoseconds(fromNS: 21 * second, toNS: 25 * second)
        #expect(after == (stepped + 21 * second, stepped + 25 * second))
    }

    @Test func aSpanAcrossAStepKeepsItsLengthAndEndsRight() {
        let stepped = bootUnixNano - 3_600 * second
        var clock = WallClock(reading(at: 0))
        clock.sample(reading(at: 20 * second, bootUnixNano: stepped))
        let times = clock.unixNanoseconds(fromNS: 1 * second, toNS: 100 * second)
        #expect(times == (stepped + 1 * second, stepped + 100 * second))
    }

    @Test func readingNoiseChangesNothing() {
        var clock = WallClock(reading(at: 0, widthNS: 100))
        for tick in 1...100 as ClosedRange<UInt64> {
            // Preempted between two reads of the clocks: the wall clock's may be from any moment within.
            var noisy = reading(at: tick * second, widthNS: 40_000)
            noisy.unixNano += tick % 2 == 0 ? 19_900 : 0
            noisy.unixNano -= tick % 2 == 0 ? 0 : 19_900
            clock.sample(noisy)
        }
        #expect(clock.unixNanoseconds(fromNS: 0, toNS: 50 * second).end == bootUnixNano + 50 * second)
    }

    @Test func aBetterReadingRefinesAWorseOne() {
        var rough = reading(at: 0, widthNS: 1_000_000)
        rough.unixNano += 400_000
        var clock = WallClock(rough)
        clock.sample(reading(at: second, widthNS: 100))
        #expect(clock.unixNanoseconds(fromNS: 0, toNS: 2 * second).end == bootUnixNano + 2 * second)
    }

    /// No slew of Linux moves the two clocks apart, but a virtual clock might: the offset is followed all the same.
    @Test func aDriftIsFollowed() {
        var clock = WallClock(reading(at: 0))
        for tick in 1...1_000 as ClosedRange<UInt64> {
            clock.sample(reading(at: tick * second, bootUnixNano: bootUnixNano + tick * 500))
        }
        let end = clock.unixNanoseconds(fromNS: 0, toNS: 999 * second + 1_000).end
        #expect(end.distance(to: bootUnixNano + 999 * second + 1_000 + 999 * 500).magnitude <= 1_000)
    }

    @Test func theHistoryIsBounded() {
        var clock = WallClock(reading(at: 0), capacity: 2)
        for tick in 1...5 as ClosedRange<UInt64> {
            clock.sample(reading(at: tick * second, bootUnixNano: bootUnixNano + tick * second))
        }
        #expect(clock.unixNanoseconds(fromNS: 0, toNS: 0).end == bootUnixNano + 4 * second)
        #expect(clock.unixNanoseconds(fromNS: 0, toNS: 6 * second).end == bootUnixNano + 11 * second)
    }

    @Test func anOldReadingIsIgnored() {
        var clock = WallClock(reading(at: 10 * second))
        clock.sample(reading(at: 5 * second, bootUnixNano: 0))
        #expect(clock.unixNanoseconds(fromNS: 0, toNS: 20 * second).end == bootUnixNano + 20 * second)
    }

    @Test func aStartBeforeTheEpochIsTheEpoch() {
        let clock = WallClock(ClockReading(monotonicBeforeNS: 1_000, unixNano: 50, monotonicAfterNS: 1_000))
        #expect(clock.unixNanoseconds(fromNS: 0, toNS: 1_000) == (0, 50))
    }

    @Test func theMachinesClocksAreRead() {
        let first = ClockReading.now()
        let second = ClockReading.now()
        #expect(first.monotonicBeforeNS <= first.monotonicAfterNS)
        #expect(first.monotonicAfterNS <= second.monotonicBeforeNS)
        // 2024 to 2100.
        #expect((1_704_000_000_000_000_000...4_102_000_000_000_000_000).contains(first.unixNano))
        let converted = WallClock(first).unixNanoseconds(fromNS: 0, toNS: second.monotonicBeforeNS).end
        #expect(converted.distance(to: second.unixNano).magnitude < 1_000_000_000)
    }
}
