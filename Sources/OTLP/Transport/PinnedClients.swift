internal import AsyncHTTPClient
internal import Synchronization

/// The HTTP client of one destination, made anew when the destination is to be reached by another address. One whose requests
/// are still under way ends with the last of them.
final class PinnedClients: Sendable {
    /// A client for one request, to be given back.
    final class Lease: Sendable {
        let client: HTTPClient
        /// Nil for whatever the system finds.
        let address: String?

        fileprivate init(client: HTTPClient, address: String?) {
            self.client = client
            self.address = address
        }
    }

    private struct State {
        var current: Lease?
        /// By identity.
        var uses: [ObjectIdentifier: Int] = [:]
    }

    private let makeClient: @Sendable (String?) -> HTTPClient
    private let state = Mutex(State())

    /// - Parameter makeClient: makes one that connects to a numeric address, or to whatever the system finds.
    init(makeClient: @escaping @Sendable (String?) -> HTTPClient) {
        self.makeClient = makeClient
    }

    /// - Parameter address: numeric; nil for whatever the system finds.
    func take(address: String?) async -> Lease {
        let (lease, old) = state.withLock { state in
            var old: Lease?
            let lease: Lease
            if let current = state.current, current.address == address {
                lease = current
            } else {
                lease = Lease(client: makeClient(address), address: address)
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
