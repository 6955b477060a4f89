internal import Dispatch
internal import Synchronization

/// Calls that may be held up for as long as a disk or a reader pleases, one after the other by a thread of their own.
final class BlockingCalls: Sendable {
    enum Outcome<Value: Sendable>: Sendable {
        case value(Value)
        /// Its task was cancelled. What had begun goes on.
        case cancelled
        /// Not made: an earlier one that nobody waits for any more isn't over.
        case heldUp
    }

    /// Whether somebody still waits for a call.
    final class Interest: Sendable {
        private enum Phase {
            case awaited
            case cancelled
            case over
        }

        private let phase = Mutex(Phase.awaited)

        var isCancelled: Bool { phase.withLock { $0 == .cancelled } }

        /// Whether it was awaited until now.
        fileprivate func cancel() -> Bool {
            phase.withLock { phase in
                guard phase == .awaited else { return false }
                phase = .cancelled
                return true
            }
        }

        /// Whether it was awaited until the end.
        fileprivate func end() -> Bool {
            phase.withLock { phase in
                defer { phase = .over }
                return phase == .awaited
            }
        }
    }

    private let queue: DispatchQueue
    /// Calls that nobody waits for and that aren't over.
    private let forsaken = Mutex(0)

    init(label: String) {
        queue = DispatchQueue(label: label)
    }

    func call<Value: Sendable>(_ body: @escaping @Sendable (Interest) -> Value) async -> Outcome<Value> {
        guard forsaken.withLock({ $0 <= 0 }) else { return .heldUp }
        let interest = Interest()
        let (values, arrived) = AsyncStream.makeStream(of: Value.self, bufferingPolicy: .bufferingOldest(1))
        queue.async {
            if !interest.isCancelled { arrived.yield(body(interest)) }
            if !interest.end() { self.forsaken.withLock { $0 -= 1 } }
            arrived.finish()
        }
        let value = await withTaskCancellationHandler {
            await values.first { _ in true }
        } onCancel: {
            self.forsaken.withLock { if interest.cancel() { $0 += 1 } }
        }
        return value.map { .value($0) } ?? .cancelled
    }
}
