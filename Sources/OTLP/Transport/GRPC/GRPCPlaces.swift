/// Where a receiver is to be connected to: its address, its socket, or a proxy's address.
final class GRPCPlaces: Sendable {
    enum Finding: Sendable {
        case place(ConnectRoute.Place, ConnectRoute.Tunnel?)
        /// Nothing may be sent to it.
        case refused(reason: String)
        case failed(reason: String)
    }

    private enum Way: Sendable {
        case socket(path: String)
        case looked(AddressResolver, port: Int, ConnectRoute.Tunnel?)
        case hopeless(reason: String)
    }

    private let way: Way

    /// - Parameter proxies: for what the operator has named.
    init(_ receiver: Receiver, judge: (@Sendable (String) -> String?)?, proxies: ProxySettings) {
        let endpoint = receiver.endpoint
        switch ReceiverWay(to: receiver, judge: judge, proxies: proxies) {
        case .socket(let path): way = .socket(path: path)
        case .looked(let resolver): way = .looked(resolver, port: endpoint.port, nil)
        case .any:
            way = .looked(AddressResolver(name: endpoint.host, judge: { _ in nil }), port: endpoint.port, nil)
        case .proxy(let proxy):
            way = .looked(
                AddressResolver(name: proxy.host, judge: { _ in nil }), port: proxy.port,
                ConnectRoute.Tunnel(place: endpoint.authority, credentials: proxy.credentials))
        case .hopeless(let reason): way = .hopeless(reason: reason)
        }
    }

    func find() async -> Finding {
        switch way {
        case .socket(let path): return .place(.socket(path: path), nil)
        case .hopeless(let reason): return .refused(reason: reason)
        case .looked(let resolver, let port, let tunnel):
            switch await resolver.find() {
            case .refused(let reason): return .refused(reason: reason)
            case .failed(let reason): return .failed(reason: reason)
            case .address(let address): return .place(.address(address, port: port), tunnel)
            }
        }
    }

    /// A connection to it has failed: another one is to be taken, if there is one.
    func shun(_ place: ConnectRoute.Place) {
        if case .looked(let resolver, _, _) = way, case .address(let address, _) = place { resolver.shun(address) }
    }
}
