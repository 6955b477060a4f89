internal import FoundationEssentials
internal import NIOHTTP1
internal import Synchronization

/// Records events on pods, each once; what goes on is counted up now and then, which keeps it there: the API server forgets
/// events after an hour. `record` never waits; `run` sends.
package final class EventRecorder: Sendable {
    package enum Notice: Sendable {
        case forbidden(message: String)
        /// The API server doesn't take events, for another reason.
        case failed(APIFailure)
    }

    /// Why an event wasn't recorded. It is when it comes again, if it may then.
    package enum Loss: String, CaseIterable, Sendable {
        /// There were too many, of one pod or of all.
        case rate
        /// The API server was too slow.
        case queueFull = "queue_full"
        /// The API server didn't take it.
        case failed
    }

    private struct Known {
        /// Times.
        var count = 1
        var observed: ContinuousClock.Instant
        /// When the API server was last told of it, or is about to be.
        var told: ContinuousClock.Instant
        /// The server has it.
        var isThere = false
    }

    private struct State {
        var known: [PodEvent: Known] = [:]
        var all: EventBudget
        /// By the UIDs of pods.
        var budgets: [String: EventBudget] = [:]
        var forbiddenUntil: ContinuousClock.Instant?
        /// What was said is not to be said again until an event was taken.
        var hasComplained = false
        var losses: [Loss: UInt64] = [:]
    }

    /// Events that wait to be sent.
    private static let queueLimit = 64
    /// Events that are known to have been recorded; and pods of which is known how many they had.
    private static let knownLimit = 1024
    /// After which an event that goes on is counted up.
    private static let heartbeat = Duration.seconds(1800)
    /// For which a server isn't asked that has forbidden it.
    private static let forbearance = Duration.seconds(300)

    private let server: APIServer
    private let node: String
    private let now: @Sendable () -> ContinuousClock.Instant
    private let report: @Sendable (Notice) -> Void
    private let queue: AsyncStream<PodEvent>
    private let queued: AsyncStream<PodEvent>.Continuation
    private let state: Mutex<State>

    /// - Parameters:
    ///   - node: the name of this node, by which readers of an event know who has recorded it.
    ///   - report: told what people should hear.
    package init(
        _ server: APIServer, node: String, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        report: @escaping @Sendable (Notice) -> Void
    ) {
        self.server = server
        self.node = node
        self.now = now
        self.report = report
        (queue, queued) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.queueLimit))
        state = Mutex(State(all: EventBudget(burst: 50, interval: .seconds(1), now: now())))
    }

    /// What wasn't recorded.
    package var losses: [Loss: UInt64] { state.withLock { $0.losses } }

    /// To be told as often as it is so.
    package func record(_ event: PodEvent) {
        let now = now()
        state.withLock { state in
            if let until = state.forbiddenUntil, now < until { return }
            if var known = state.known[event] {
                known.count += 1
                known.observed = now
                state.known[event] = known
                guard known.isThere, now - known.told >= Self.heartbeat else { return }
            }
            guard Self.mayRecord(event, &state, now) else {
                state.losses[.rate, default: 0] += 1
                return
            }
            if state.known[event] == nil { Self.makeRoom(&state) }
            state.known[event, default: Known(observed: now, told: now)].told = now
            if case .dropped = queued.yield(event) { Self.lose(event, .queueFull, &state) }
        }
    }

    /// Until cancelled.
    package func run() async {
        for await event in queue {
            let (known, isForbidden) = state.withLock { state in
                (state.known[event], state.forbiddenUntil.map { now() < $0 } ?? false)
            }
            guard let known, !isForbidden else {
                state.withLock { Self.lose(event, .failed, &$0) }
                continue
            }
            do throws(APIFailure) {
                try await send(event, known)
                state.withLock { state in
                    state.known[event]?.isThere = true
                    state.hasComplained = false
                }
            } catch {
                fail(event, error)
            }
        }
    }

    private func send(_ event: PodEvent, _ known: Known) async throws(APIFailure) {
        let path = "/apis/events.k8s.io/v1/namespaces/\(event.pod.namespace)/events"
        if known.isThere {
            struct Patch: Encodable {
                struct Series: Encodable {
                    let count: Int
                    let lastObservedTime: String
                }
                let series: Series
            }
            let patch = Patch(series: .init(count: known.count, lastObservedTime: Self.time()))
            do throws(APIFailure) {
                let document = try Self.encoded { Array(try JSONEncoder().encode(patch)) }
                return try await server.send(
                    document, by: .PATCH, to: "\(path)/\(event.name)", type: "application/merge-patch+json")
            } catch {
                // It was forgotten.
                guard error.isAbsent else { throw error }
            }
        }
        do throws(APIFailure) {
            let document = try Self.encoded { try event.document(time: Self.time(), node: node) }
            try await server.send(document, by: .POST, to: path, type: "application/json")
        } catch {
            // From before a restart.
            guard case .status(409, _, _) = error else { throw error }
        }
    }

    private func fail(_ event: PodEvent, _ failure: APIFailure) {
        let notice: Notice? = state.withLock { state in
            var notice: Notice?
            switch failure {
            case .status(403, _, let message) where failure.isLackOfRights:
                state.forbiddenUntil = now() + Self.forbearance
                Self.lose(event, .failed, &state)
                notice = .forbidden(message: message)
            case .status(400..<500, _, _) where !failure.isPassing:
                // It would be refused again: by a webhook, a quota, or a namespace that is being removed.
                state.losses[.failed, default: 0] += 1
                if !failure.isAbsent { notice = .failed(failure) }
            // Others pass, or say that the server isn't there.
            default: Self.lose(event, .failed, &state)
            }
            if notice == nil || state.hasComplained { return nil }
            state.hasComplained = true
            return notice
        }
        if let notice { report(notice) }
    }

    private static func mayRecord(_ event: PodEvent, _ state: inout State, _ now: ContinuousClock.Instant) -> Bool {
        if state.budgets.count >= knownLimit {
            for (uid, var budget) in state.budgets where budget.isFull(now: now) { state.budgets[uid] = nil }
        }
        let fresh = EventBudget(burst: 10, interval: .seconds(60), now: now)
        return state.budgets[event.pod.uid, default: fresh].take(now: now) && state.all.take(now: now)
    }

    /// Forgets what hasn't been so for the longest time.
    private static func makeRoom(_ state: inout State) {
        guard state.known.count >= knownLimit else { return }
        let oldest = state.known.min { $0.value.observed < $1.value.observed }
        if let oldest { state.known[oldest.key] = nil }
    }

    private static func lose(_ event: PodEvent, _ loss: Loss, _ state: inout State) {
        state.known[event] = nil
        state.losses[loss, default: 0] += 1
    }

    private static func encoded(_ encode: () throws -> [UInt8]) throws(APIFailure) -> [UInt8] {
        do {
            return try encode()
        } catch {
            throw .garbage("\(error)")
        }
    }

    /// Now: RFC 3339 with microseconds (meta/v1, MicroTime).
    private static func time() -> String {
        let now = Date.now
        let microseconds = Int((now.timeIntervalSince1970 * 1_000_000).rounded(.down)) % 1_000_000
        let text = now.formatted(.iso8601).dropLast()
        let fraction = String(microseconds)
        return "\(text).\(String(repeating: "0", count: 6 - fraction.count))\(fraction)Z"
    }
}
