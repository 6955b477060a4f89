internal import Synchronization

/// The connection of one destination, which is made anew when the destination is to be reached or secured otherwise, or when it
/// is gone. One whose requests are still under way ends with the last of them.
final class GRPCConnections: Sendable {
    /// A connection with another one is another connection.
    struct Key: Hashable, Sendable {
        var place: ConnectRoute.Place
        /// Of the TLS settings; nil without TLS.
        var generation: Int?
    }

    private struct State {
        var current: (key: Key, connection: GRPCConnection)?
        /// Requests that go by each.
        var uses: [ObjectIdentifier: Int] = [:]
        /// Those of all connections that aren't over.
        var tasks: [ObjectIdentifier: Task<Void, Never>] = [:]
    }

    private let thread: EventLoopThread
    private let state = Mutex(State())

    init(on thread: EventLoopThread) {
        self.thread = thread
    }

    /// For one request; to be given back.
    /// - Returns: whether it has been there before, too.
    func take(_ key: Key, make: () -> GRPCConnection) -> (connection: GRPCConnection, isKept: Bool) {
        state.withLock { state in
            if let current = state.current, current.key == key, !current.connection.record.isSpent {
                state.uses[ObjectIdentifier(current.connection), default: 0] += 1
                return (current.connection, true)
            }
            retire(&state)
            let connection = make()
            let id = ObjectIdentifier(connection)
            state.current = (key, connection)
            state.uses[id] = 1
            state.tasks[id] = Task(executorPreference: thread) {
                await connection.run()
                self.state.withLock { $0.tasks[id] = nil }
            }
            return (connection, false)
        }
    }

    func giveBack(_ connection: GRPCConnection) {
        state.withLock { state in
            let id = ObjectIdentifier(connection)
            let left = (state.uses[id] ?? 1) - 1
            state.uses[id] = left == 0 ? nil : left
            if left == 0, state.current?.connection !== connection || connection.record.isSpent {
                connection.record.close()
            }
        }
    }

    /// Ends all; to be called when all are given back.
    func shutdown() async {
        let tasks = state.withLock { state in
            retire(&state)
            return state.tasks.values.map { $0 }
        }
        for task in tasks { await task.value }
    }

    private func retire(_ state: inout State) {
        guard let (_, connection) = state.current.take() else { return }
        connection.record.spend()
        if state.uses[ObjectIdentifier(connection)] == nil { connection.record.close() }
    }
}
