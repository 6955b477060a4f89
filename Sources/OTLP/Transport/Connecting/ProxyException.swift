/// A member of NO_PROXY: what is reached without a proxy (golang.org/x/net/http/httpproxy, Config.NoProxy).
enum ProxyException {
    case everything
    case network(IPAddressBytes, bits: Int)
    case address(IPAddressBytes, port: Int?)
    /// Subdomains too, or nothing else.
    case domain(String, port: Int?, isItselfMeant: Bool)

    /// Nil for what means nothing.
    init?(_ text: String) {
        let text = String(text.filter { $0 != " " && $0 != "\t" }).lowercased()
        if text.isEmpty { return nil }
        if text == "*" {
            self = .everything
            return
        }
        let halves = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        if halves.count == 2, let network = IPAddressBytes(String(halves[0])), let bits = Int(halves[1]),
            (0...network.bitCount).contains(bits)
        {
            self = .network(network, bits: bits)
            return
        }
        let (host, port) = Self.split(text)
        if let address = IPAddressBytes(host) {
            self = .address(address, port: port)
            return
        }
        let name = host.hasPrefix("*.") ? String(host.dropFirst()) : host
        guard !name.isEmpty else { return nil }
        self = .domain(
            name.hasPrefix(".") ? String(name.dropFirst()) : name, port: port, isItselfMeant: !name.hasPrefix("."))
    }

    /// - Parameters:
    ///   - host: in lower case.
    ///   - address: what `host` is, if not a name.
    func covers(_ host: String, _ address: IPAddressBytes?, port: Int) -> Bool {
        switch self {
        case .everything: true
        case .network(let network, let bits): address?.isIn(network, bits: bits) ?? false
        case .address(let meant, let meantPort): address == meant && meantPort ?? port == port
        case .domain(let name, let meantPort, let isItselfMeant):
            meantPort ?? port == port && (host.hasSuffix(".\(name)") || (isItselfMeant && host == name))
        }
    }

    private static func split(_ text: String) -> (host: String, port: Int?) {
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            let host = String(text[text.index(after: text.startIndex)..<end])
            return (host, Int(text[end...].dropFirst(2)))
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let port = Int(parts[1]) else { return (text, nil) }
        return (String(parts[0]), port)
    }
}
