/// On which way a receiver is reached, whatever is spoken.
enum ReceiverWay: Sendable {
    case socket(path: String)
    /// By an address of its name, and by no other.
    case looked(AddressResolver)
    /// By whatever address the system finds.
    case any
    case proxy(Proxy)
    case hopeless(reason: String)

    /// - Parameters:
    ///   - judge: why nothing may be sent to a numeric address; nil for what the operator has named.
    ///   - proxies: for what the operator has named: what a pod names isn't sent through the node's proxy.
    init(to receiver: Receiver, judge: (@Sendable (String) -> String?)?, proxies: ProxySettings) {
        let host = receiver.endpoint.host
        if let path = receiver.endpoint.socketPath {
            self = .socket(path: path)
        } else if receiver.network != nil {
            let addresses = NetworkNamespace.addresses(of: host)
            self =
                addresses.isEmpty
                ? .hopeless(reason: "\(host): in a pod's network only localhost and loopback addresses are reached")
                : .looked(AddressResolver(name: host, judge: { _ in nil }, lookUp: { _ in .addresses(addresses) }))
        } else if let judge {
            self = .looked(AddressResolver(name: host, judge: judge))
        } else {
            self = Self.asTheSystemHasIt(to: receiver.endpoint, proxies)
        }
    }

    private static func asTheSystemHasIt(to endpoint: OTLPEndpoint, _ proxies: ProxySettings) -> ReceiverWay {
        do throws(ProxySettingsError) {
            let proxy = try proxies.proxy(for: endpoint.host, port: endpoint.port, isSecure: endpoint.isSecure)
            guard let proxy else { return .any }
            if endpoint.isSecure, IPAddressBytes(endpoint.host) != nil {
                return .hopeless(
                    reason: "\(endpoint.host): by TLS through a proxy only names are reached; "
                        + "give its name, or put it in NO_PROXY")
            }
            return .proxy(proxy)
        } catch {
            return .hopeless(reason: "\(error)")
        }
    }
}
