import Synchronization

/// How many of the traced processes still run.
final class RunningCount: Sendable {
    private let count: Mutex<Int>

    init(_ count: Int) {
        self.count = Mutex(count)
    }

    var isPositive: Bool { count.withLock { $0 > 0 } }

    func decrement() { count.withLock { $0 -= 1 } }
}
