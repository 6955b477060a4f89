/// By which address a receiver is connected to.
struct HTTPPlaces: Sendable {
    enum Finding: Sendable {
        /// Numeric; nil for whatever the system finds.
        case address(String?)
        /// Nothing may be sent to it.
        case refused(reason: String)
        case failed(reason: String)
    }

    private enum Way: Sendable {
        case any
        case looked(AddressResolver)
        case hopeless(reason: String)
    }

    private let way: Way
    /// Through which all connections go.
    let proxy: Proxy?

    /// - Parameter proxies: for what the operator has named.
    init(_ receiver: Receiver, judge: (@Sendable (String) -> String?)?, proxies: ProxySettings) {
        switch ReceiverWay(to: receiver, judge: judge, proxies: proxies) {
        case .socket, .any: (way, proxy) = (.any, nil)
        case .looked(let resolver): (way, proxy) = (.looked(resolver), nil)
        case .proxy(let found): (way, proxy) = (.any, found)
        case .hopeless(let reason): (way, proxy) = (.hopeless(reason: reason), nil)
        }
    }

    init(_ resolver: AddressResolver) {
        way = .looked(resolver)
        proxy = nil
    }

    func find() async -> Finding {
        switch way {
        case .any: return .address(nil)
        case .hopeless(let reason): return .refused(reason: reason)
        case .looked(let resolver):
            switch await resolver.find() {
            case .refused(let reason): return .refused(reason: reason)
            case .failed(let reason): return .failed(reason: reason)
            case .address(let address): return .address(address)
            }
        }
    }

    /// A connection to it has failed: another one is to be taken, if there is one.
    func shun(_ address: String) {
        if case .looked(let resolver) = way { resolver.shun(address) }
    }
}
