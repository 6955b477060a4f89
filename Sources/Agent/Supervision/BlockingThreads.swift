import BPFRuntime
import Synchronization

/// Threads of their own for calls that may block for as long as others please, such as reads of a process whose memory is
/// on a file system that doesn't answer: the threads that all tasks share are few. One is started when there is something
/// to do, and ends when there is nothing any more.
final class BlockingThreads: Sendable {
    private struct State {
        var waiting: [@Sendable () -> Void] = []
        var threads = 0
        /// What the calls are about that nobody waits for any more, each with a thread.
        var forsaken: [Int32] = []
    }

    private let name: String
    private let limit: Int
    private let forsakenLimit: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - name: what `ps -L` shows, at most 15 bytes.
    ///   - limit: of threads. More calls wait.
    ///   - forsakenLimit: of threads beyond that, in calls that nobody waits for any more.
    init(name: String, limit: Int, forsakenLimit: Int = 64) {
        self.name = name
        self.limit = limit
        self.forsakenLimit = forsakenLimit
    }

    /// Makes a call. Callers bound how many wait.
    /// - Parameters:
    ///   - pid: the process that it is about. As long as a call about it is stuck, others about it aren't made.
    ///   - time: for which it is waited for.
    /// - Returns: nil when it takes longer, and at once when the task is cancelled. What was begun then goes on.
    func run<Value: Sendable>(
        about pid: Int32, within time: Duration, _ clock: some Clock<Duration> = ContinuousClock(),
        _ body: @escaping @Sendable () -> Value
    ) async -> Value? {
        await withTaskGroup(of: Value?.self) { group in
            group.addTask { await self.run(about: pid, body) }
            group.addTask {
                try? await clock.sleep(for: time)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }

    private func run<Value: Sendable>(about pid: Int32, _ body: @escaping @Sendable () -> Value) async -> Value? {
        if state.withLock({ $0.forsaken.contains(pid) }) { return nil }
        let call = BlockingCall<Value>()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                call.answer(to: continuation)
                add {
                    guard call.begin() else { return }
                    if !call.end(body()) { self.comeBack(from: pid) }
                }
            }
        } onCancel: {
            if call.forsake() { forsake(pid) }
        }
    }

    private func add(_ job: @escaping @Sendable () -> Void) {
        let needsThread = state.withLock { state in
            state.waiting.append(job)
            return takePlace(&state)
        }
        if needsThread { startThread() }
    }

    private func forsake(_ pid: Int32) {
        let needsThread = state.withLock { state in
            state.forsaken.append(pid)
            return takePlace(&state)
        }
        if needsThread { startThread() }
    }

    private func comeBack(from pid: Int32) {
        state.withLock { state in
            if let place = state.forsaken.firstIndex(of: pid) { state.forsaken.remove(at: place) }
        }
    }

    /// Whether there is to be one more thread.
    private func takePlace(_ state: inout State) -> Bool {
        guard !state.waiting.isEmpty, counted(state) < limit else { return false }
        state.threads += 1
        return true
    }

    private func counted(_ state: State) -> Int { state.threads - min(state.forsaken.count, forsakenLimit) }

    private func startThread() {
        do throws(BPFError) {
            try WorkerThread.detach(name: name) { self.work() }
        } catch {
            // Where there can be no more threads, the caller's own has to do.
            work()
        }
    }

    private func work() {
        while let job = nextJob() { job() }
    }

    /// Nil when the thread is to end: there is nothing to do, or one that took its place while it was forsaken does it.
    private func nextJob() -> (@Sendable () -> Void)? {
        state.withLock { state in
            if state.waiting.isEmpty || counted(state) > limit {
                state.threads -= 1
                return nil
            }
            return state.waiting.removeFirst()
        }
    }
}

/// One call, and who waits for what it returns.
private final class BlockingCall<Value: Sendable>: Sendable {
    private typealias Waiting = CheckedContinuation<Value?, Never>

    private enum Phase {
        case new
        case waiting(Waiting)
        case running(Waiting)
        /// Nobody waits.
        case over
    }

    private let phase = Mutex(Phase.new)

    func answer(to continuation: CheckedContinuation<Value?, Never>) {
        let isOver = phase.withLock { phase in
            if case .over = phase { return true }
            phase = .waiting(continuation)
            return false
        }
        if isOver { continuation.resume(returning: nil) }
    }

    /// False when nobody waits any more.
    func begin() -> Bool {
        phase.withLock { phase in
            guard case .waiting(let continuation) = phase else { return false }
            phase = .running(continuation)
            return true
        }
    }

    /// False when nobody waited any more.
    func end(_ value: Value) -> Bool {
        guard case .running(let continuation) = phase.withLock({ exchange(&$0) }) else { return false }
        continuation.resume(returning: value)
        return true
    }

    /// Waits no more. True when it runs.
    func forsake() -> Bool {
        switch phase.withLock({ exchange(&$0) }) {
        case .new, .over: return false
        case .waiting(let continuation):
            continuation.resume(returning: nil)
            return false
        case .running(let continuation):
            continuation.resume(returning: nil)
            return true
        }
    }

    private func exchange(_ phase: inout Phase) -> Phase {
        defer { phase = .over }
        return phase
    }
}
