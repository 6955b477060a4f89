import Glibc

/// How long something takes, by the clock and by the time that this thread has been running.
struct Stopwatch {
    struct Reading {
        let elapsed: Duration
        /// Of the processor.
        let processor: Duration
    }

    private let start = ContinuousClock.now
    private let processorStart = Self.processorTime

    var reading: Reading {
        Reading(elapsed: start.duration(to: .now), processor: Self.processorTime - processorStart)
    }

    private static var processorTime: Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
