import BPFRuntime
import Synchronization

/// Threads of their own for calls that may block for as long as others please, such as reads of a process whose memory is
/// on a file system that doesn't answer: the threads that all tasks share are few. One is started when there is something
/// to do, and ends when there is nothing any more.
final class BlockingThreads: Sendable {
    private struct State {
        var waiting: [(id: ObjectIdentifier, job: @Sendable () -> Void)] = []
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

    /// What has become of a call.
    enum Outcome<Value: Sendable>: Sendable {
        case value(Value)
        /// It takes longer than it is waited for, or one about the same process does.
        case stuck
        /// It wasn't made: there was no thread for it.
        case crowded

        var value: Value? { if case .value(let value) = self { value } else { nil } }
    }

    /// So many calls wait for a thread; more aren't made.
    private static let waitingLimit = 512
    /// For so many times the time of a call it waits for a thread.
    private static let patience = 5

    /// Makes a call.
    /// - Parameters:
    ///   - pid: the process that it is about. As long as a call about it is stuck, others about it aren't made.
    ///   - time: for which it is waited for once it has begun, and at most for as long again. What was begun then goes on.
    func run<Value: Sendable>(
        about pid: Int32, within time: Duration, _ clock: some Clock<Duration> = ContinuousClock(),
        _ body: @escaping @Sendable () -> Value
    ) async -> Outcome<Value> {
        if state.withLock({ $0.forsaken.contains(pid) }) { return .stuck }
        let call = BlockingCall<Value>()
        return await withTaskGroup(of: Outcome<Value>.self) { group in
            group.addTask { await self.run(call, about: pid, body) }
            group.addTask {
                var hadBegun = false
                for _ in 0..<Self.patience where !hadBegun {
                    hadBegun = call.hasBegun
                    try? await clock.sleep(for: time)
                }
                return call.hasBegun ? .stuck : .crowded
            }
            let first = await group.next() ?? .crowded
            group.cancelAll()
            return first
        }
    }

    private func run<Value: Sendable>(
        _ call: BlockingCall<Value>, about pid: Int32, _ body: @escaping @Sendable () -> Value
    ) async -> Outcome<Value> {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                call.answer(to: continuation)
                let isTaken = add(ObjectIdentifier(call)) {
                    guard call.begin() else { return }
                    if !call.end(body()) { self.comeBack(from: pid) }
                }
                if !isTaken { _ = call.forsake() }
            }
        } onCancel: {
            // Noted first: it may end at any time.
            forsake(pid)
            if call.forsake() {
                startThreadIfNeeded()
            } else {
                comeBack(from: pid)
                state.withLock { $0.waiting.removeAll { $0.id == ObjectIdentifier(call) } }
            }
        }
    }

    private func add(_ id: ObjectIdentifier, _ job: @escaping @Sendable () -> Void) -> Bool {
        let isTaken = state.withLock { state in
            if state.waiting.count >= Self.waitingLimit { return false }
            state.waiting.append((id, job))
            return true
        }
        if isTaken { startThreadIfNeeded() }
        return isTaken
    }

    private func startThreadIfNeeded() {
        if state.withLock({ takePlace(&$0) }) { startThread() }
    }

    private func forsake(_ pid: Int32) {
        state.withLock { $0.forsaken.append(pid) }
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
            return state.waiting.removeFirst().job
        }
    }
}

/// One call, and who waits for what it returns.
private final class BlockingCall<Value: Sendable>: Sendable {
    private typealias Waiting = CheckedContinuation<BlockingThreads.Outcome<Value>, Never>

    private enum Phase {
        case new
        case waiting(Waiting)
        case running(Waiting)
        /// Nobody waits.
        case over
    }

    private let phase = Mutex(Phase.new)

    var hasBegun: Bool {
        phase.withLock { phase in
            switch phase {
            case .new, .waiting: false
            case .running, .over: true
            }
        }
    }

    func answer(to continuation: CheckedContinuation<BlockingThreads.Outcome<Value>, Never>) {
        let isOver = phase.withLock { phase in
            if case .over = phase { return true }
            phase = .waiting(continuation)
            return false
        }
        if isOver { continuation.resume(returning: .crowded) }
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
        continuation.resume(returning: .value(value))
        return true
    }

    /// Waits no more. True when it runs.
    func forsake() -> Bool {
        switch phase.withLock({ exchange(&$0) }) {
        case .new, .over: return false
        case .waiting(let continuation):
            continuation.resume(returning: .crowded)
            return false
        case .running(let continuation):
            continuation.resume(returning: .stuck)
            return true
        }
    }

    private func exchange(_ phase: inout Phase) -> Phase {
        defer { phase = .over }
        return phase
    }
}
