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

    /// - Parameter proxies: for what the operator has named: what a pod names isn't sent through the node's proxy.
    init(_ receiver: Receiver, judge: (@Sendable (String) -> String?)?, proxies: ProxySettings) {
        let endpoint = receiver.endpoint
        var proxy: Proxy?
        if endpoint.socketPath != nil {
            way = .any
        } else if receiver.network != nil {
            let addresses = NetworkNamespace.addresses(of: endpoint.host)
            way =
                addresses.isEmpty
                ? .hopeless(
                    reason: "\(endpoint.host): in a pod's network only localhost and loopback addresses are reached")
                : .looked(
                    AddressResolver(name: endpoint.host, judge: { _ in nil }, lookUp: { _ in .addresses(addresses) }))
        } else if let judge {
            way = .looked(AddressResolver(name: endpoint.host, judge: judge))
        } else {
            do {
                proxy = try proxies.proxy(for: endpoint.host, port: endpoint.port, isSecure: endpoint.isSecure)
                way =
                    proxy != nil && endpoint.isSecure && IPAddressBytes(endpoint.host) != nil
                    ? .hopeless(
                        reason: "\(endpoint.host): by TLS through a proxy only names are reached; "
                            + "give its name, or put it in NO_PROXY")
                    : .any
            } catch {
                way = .hopeless(reason: "\(error)")
            }
        }
        self.proxy = proxy
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
