internal import AsyncHTTPClient
internal import Synchronization

/// The HTTP client of one destination, made anew when the destination is to be reached in another way. One whose requests
/// are still under way ends with the last of them.
final class PinnedClients: Sendable {
    /// How the destination is reached.
    struct Route: Equatable, Sendable {
        /// Numeric; nil for whatever the system finds.
        var address: String?
        /// Of what connections are secured with.
        var generation = 0
    }

    /// A client for one request, to be given back.
    final class Lease: Sendable {
        let client: HTTPClient
        let route: Route

        fileprivate init(client: HTTPClient, route: Route) {
            self.client = client
            self.route = route
        }
    }

    private struct State {
        var current: Lease?
        /// By identity.
        var uses: [ObjectIdentifier: Int] = [:]
    }

    private let state = Mutex(State())

    /// - Parameter makeClient: makes one for the route.
    func take(_ route: Route, makeClient: () -> HTTPClient) async -> Lease {
        let (lease, old) = state.withLock { state in
            var old: Lease?
            let lease: Lease
            if let current = state.current, current.route == route {
                lease = current
            } else {
                lease = Lease(client: makeClient(), route: route)
                if let current = state.current, state.uses[ObjectIdentifier(current)] == nil { old = current }
                state.current = lease
            }
            state.uses[ObjectIdentifier(lease), default: 0] += 1
            return (lease, old)
        }
        try? await old?.client.shutdown()
        return lease
    }

    func giveBack(_ lease: Lease) async {
        let isOver = state.withLock { state in
            let left = (state.uses[ObjectIdentifier(lease)] ?? 1) - 1
            state.uses[ObjectIdentifier(lease)] = left == 0 ? nil : left
            return left == 0 && state.current !== lease
        }
        if isOver { try? await lease.client.shutdown() }
    }

    /// To be called last, when all are given back.
    func shutdown() async {
        try? await state.withLock { $0.current.take() }?.client.shutdown()
    }
}
