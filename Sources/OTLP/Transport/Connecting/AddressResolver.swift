internal import Dispatch
internal import Glibc
internal import Synchronization

/// The address that a name has, judged before anybody connects to it. It is asked for again every now and then, and a
/// connection goes to the very address that was judged: a name that changes in between gains nothing.
final class AddressResolver: Sendable {
    enum Finding: Equatable, Sendable {
        /// Numeric.
        case address(String)
        /// Nothing may be sent to it.
        case refused(reason: String)
        case failed(reason: String)
    }

    /// What the system says of a name: numeric addresses, or why there are none.
    enum Lookup: Sendable {
        case addresses([String])
        case failure(String)
    }

    private struct State {
        var finding: Finding?
        var validUntil: ContinuousClock.Instant?
        /// One that couldn't be reached lately.
        var shunned: String?
    }

    /// For which a finding counts.
    private static let validity = Duration.seconds(30)
    /// As `validity`, where nothing was found: attempts that have waited for one lookup needn't ask again.
    private static let failureValidity = Duration.seconds(1)

    private let name: String
    private let judge: @Sendable (String) -> String?
    private let lookUp: @Sendable (String) -> Lookup
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state = Mutex(State())
    /// The system's resolver blocks, and a slow one is to hold up nobody else.
    private let queue = DispatchQueue(label: "nodespan.resolver")

    /// - Parameter judge: why nothing may be sent to a numeric address; nil when it may. One that may not spoils the name.
    init(
        name: String, judge: @escaping @Sendable (String) -> String?,
        lookUp: @escaping @Sendable (String) -> Lookup = AddressResolver.askSystem,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.name = name
        self.judge = judge
        self.lookUp = lookUp
        self.now = now
    }

    /// Ends with a failure when its task is cancelled.
    func find() async -> Finding {
        if let known { return known }
        let (findings, found) = AsyncStream.makeStream(of: Finding.self, bufferingPolicy: .bufferingOldest(1))
        queue.async {
            // Whoever was first in the queue may have found it meanwhile.
            found.yield(self.known ?? self.findNow())
            found.finish()
        }
        return await findings.first { _ in true } ?? .failed(reason: "cancelled")
    }

    /// Has the name looked up again, and another of its addresses taken if there is one: a connection to this one has failed.
    func shun(_ address: String) {
        state.withLock { state in
            state.shunned = address
            if state.finding == .address(address) { state.validUntil = nil }
        }
    }

    private var known: Finding? {
        let now = now()
        return state.withLock { state in state.validUntil.flatMap { now < $0 ? state.finding : nil } }
    }

    private func findNow() -> Finding {
        let looked = lookUp(name)
        let now = now()
        return state.withLock { state in
            let finding = finding(in: looked, state)
            state.finding = finding
            let isFailure = if case .failed = finding { true } else { false }
            state.validUntil = now + (isFailure ? Self.failureValidity : Self.validity)
            return finding
        }
    }

    private func finding(in looked: Lookup, _ state: State) -> Finding {
        switch looked {
        case .failure(let reason): return .failed(reason: "\(name): \(reason)")
        case .addresses(let addresses):
            if let reason = addresses.lazy.compactMap(judge).first { return .refused(reason: reason) }
            // Names with many addresses have them in another order each time; the one in use stays so.
            if case .address(let before) = state.finding, before != state.shunned, addresses.contains(before) {
                return .address(before)
            }
            let address = addresses.first { $0 != state.shunned } ?? addresses.first
            return address.map { .address($0) } ?? .failed(reason: "\(name): it has no address")
        }
    }

    /// getaddrinfo(3).
    static func askSystem(_ name: String) -> Lookup {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(name, nil, &hints, &list)
        guard code == 0 else {
            let text = code == EAI_SYSTEM ? String(cString: strerror(errno)) : String(cString: gai_strerror(code))
            return .failure(text.lowercased())
        }
        defer { freeaddrinfo(list) }
        var addresses: [String] = []
        for entry in sequence(first: list, next: { $0?.pointee.ai_next }) {
            guard let entry else { break }
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let length = socklen_t(text.count)
            let known = entry.pointee
            guard getnameinfo(known.ai_addr, known.ai_addrlen, &text, length, nil, 0, NI_NUMERICHOST) == 0 else {
                continue
            }
            addresses.append(String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
        }
        return .addresses(addresses)
    }
}
