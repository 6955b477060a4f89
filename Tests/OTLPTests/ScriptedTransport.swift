import OTLP
import Synchronization

/// Answers as a test says: each outcome once, and the last from then on.
final class ScriptedTransport: Transport {
    enum Step {
        case answer(DeliveryOutcome)
        /// No answer until cancelled.
        case hang
    }

    private struct State {
        var steps: [Step]
        var requests: [[UInt8]] = []
        var running = 0
        var mostRunning = 0
        var isShutDown = false
    }

    /// Yields with each request.
    let arrivals: AsyncStream<Void>
    private let arrived: AsyncStream<Void>.Continuation
    private let state: Mutex<State>

    init(_ steps: [Step]) {
        (arrivals, arrived) = AsyncStream.makeStream()
        state = Mutex(State(steps: steps))
    }

    var requests: [[UInt8]] { state.withLock { $0.requests } }
    var mostRunning: Int { state.withLock { $0.mostRunning } }
    var isShutDown: Bool { state.withLock { $0.isShutDown } }

    /// Waits for as many more requests.
    func awaitRequests(_ count: Int) async {
        var left = count
        if left == 0 { return }
        for await _ in arrivals {
            left -= 1
            if left == 0 { return }
        }
    }

    func send(_ request: [UInt8]) async -> DeliveryOutcome {
        let step = state.withLock { state in
            state.requests.append(request)
            state.running += 1
            state.mostRunning = max(state.mostRunning, state.running)
            return state.steps.count > 1 ? state.steps.removeFirst() : state.steps[0]
        }
        arrived.yield()
        // Lets others begin meanwhile.
        await Task.yield()
        defer { state.withLock { $0.running -= 1 } }
        switch step {
        case .answer(let outcome): return outcome
        case .hang:
            let never = AsyncStream<Void>.makeStream()
            for await _ in never.stream {}
            return .unavailable(reason: "cancelled", mayHaveArrived: true)
        }
    }

    func shutdown() async {
        state.withLock { $0.isShutDown = true }
    }
}
