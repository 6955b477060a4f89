import Synchronization

/// A clock that stands still until a test moves it on.
final class ManualClock: Clock {
    struct Instant: InstantProtocol {
        var time: Duration
        func advanced(by duration: Duration) -> Instant { Instant(time: time + duration) }
        func duration(to other: Instant) -> Duration { other.time - time }
        static func < (left: Instant, right: Instant) -> Bool { left.time < right.time }
    }

    private struct Sleeper {
        var deadline: Duration
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct Watcher {
        var range: ClosedRange<Duration>
        var continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var now = Duration.seconds(1000)
        var nextID = 0
        var sleepers: [Int: Sleeper] = [:]
        var cancelled: Set<Int> = []
        var watchers: [Watcher] = []

        func hasSleeper(_ range: ClosedRange<Duration>) -> Bool {
            sleepers.values.contains { range.contains($0.deadline - now) }
        }
    }

    private let state = Mutex(State())

    var now: Instant { Instant(time: state.withLock { $0.now }) }
    var minimumResolution: Duration { .zero }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let seen = state.withLock { state -> [Watcher] in
                    if state.cancelled.remove(id) != nil {
                        continuation.resume(throwing: CancellationError())
                        return []
                    }
                    if deadline.time <= state.now {
                        continuation.resume()
                        return []
                    }
                    state.sleepers[id] = Sleeper(deadline: deadline.time, continuation: continuation)
                    let (watchers, now) = (state.watchers, state)
                    state.watchers = watchers.filter { !now.hasSleeper($0.range) }
                    return watchers.filter { now.hasSleeper($0.range) }
                }
                for watcher in seen { watcher.continuation.resume() }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                let sleeper = state.sleepers.removeValue(forKey: id)
                if sleeper == nil { state.cancelled.insert(id) }
                return sleeper
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Waits until somebody sleeps for a time in this range, then moves on to the end of that sleep. Returns its length.
    @discardableResult
    func pass(_ range: ClosedRange<Duration>) async -> Duration {
        await awaitSleep(range)
        let (length, woken) = state.withLock { state in
            let length = state.sleepers.values.map { $0.deadline - state.now }.filter(range.contains).min() ?? .zero
            return (length, Self.advance(&state, by: length))
        }
        for sleeper in woken { sleeper.continuation.resume() }
        return length
    }

    /// Waits until somebody sleeps for a time in this range.
    func awaitSleep(_ range: ClosedRange<Duration>) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.hasSleeper(range) { return true }
                state.watchers.append(Watcher(range: range, continuation: continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    /// Moves on, whoever sleeps.
    func advance(by length: Duration) {
        for sleeper in state.withLock({ Self.advance(&$0, by: length) }) { sleeper.continuation.resume() }
    }

    private static func advance(_ state: inout State, by length: Duration) -> [Sleeper] {
        state.now += length
        let due = state.sleepers.filter { $0.value.deadline <= state.now }
        for id in due.keys { state.sleepers[id] = nil }
        return Array(due.values)
    }
}
