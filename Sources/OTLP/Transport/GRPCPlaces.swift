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

    /// - Parameter proxies: for what the operator has named: what a pod names isn't sent through the node's proxy.
    init(_ receiver: Receiver, judge: (@Sendable (String) -> String?)?, proxies: ProxySettings) {
        let endpoint = receiver.endpoint
        if let path = endpoint.socketPath {
            way = .socket(path: path)
        } else if receiver.network != nil {
            let addresses = NetworkNamespace.addresses(of: endpoint.host)
            guard !addresses.isEmpty else {
                way = .hopeless(
                    reason: "\(endpoint.host): in a pod's network only localhost and loopback addresses are reached")
                return
            }
            let resolver = AddressResolver(
                name: endpoint.host, judge: { _ in nil }, lookUp: { _ in .addresses(addresses) })
            way = .looked(resolver, port: endpoint.port, nil)
        } else if let judge {
            way = .looked(AddressResolver(name: endpoint.host, judge: judge), port: endpoint.port, nil)
        } else {
            way = Self.way(to: endpoint, proxies)
        }
    }

    private static func way(to endpoint: OTLPEndpoint, _ proxies: ProxySettings) -> Way {
        do {
            let found = try proxies.proxy(for: endpoint.host, port: endpoint.port, isSecure: endpoint.isSecure)
            guard let proxy = found else {
                return .looked(AddressResolver(name: endpoint.host, judge: { _ in nil }), port: endpoint.port, nil)
            }
            if endpoint.isSecure, IPAddressBytes(endpoint.host) != nil {
                return .hopeless(
                    reason: "\(endpoint.host): by TLS through a proxy only names are reached; "
                        + "give its name, or put it in NO_PROXY")
            }
            return .looked(
                AddressResolver(name: proxy.host, judge: { _ in nil }), port: proxy.port,
                ConnectRoute.Tunnel(place: endpoint.authority, credentials: proxy.credentials))
        } catch {
            return .hopeless(reason: "\(error)")
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
