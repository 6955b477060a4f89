internal import Glibc
internal import Spans

/// The other side of a call, as Zipkin draws it: from those attributes, by OpenTelemetry's ranking, that nodespan emits.
struct ZipkinEndpoint: Hashable {
    enum Host: Hashable {
        case service(String)
        case ipv4(String)
        case ipv6(String)
    }

    var host: Host
    var port: UInt16?

    init(host: Host, port: UInt16? = nil) {
        self.host = host
        self.port = port
    }

    /// Nil when nothing says what it is.
    init?(remoteOf attributes: [Attribute]) {
        if case .string(let service) = attributes["peer.service"] {
            self.init(host: .service(service))
        } else if case .string(let name) = attributes["server.address"] {
            // Zipkin draws dependencies between names.
            self.init(host: .service(name), port: Self.port(attributes["server.port"]))
        } else if case .string(let address) = attributes["network.peer.address"] {
            self.init(host: Self.host(address), port: Self.port(attributes["network.peer.port"]))
        } else if case .string(let database) = attributes["db.namespace"] {
            self.init(host: .service(database))
        } else {
            return nil
        }
    }

    private static func host(_ text: String) -> Host {
        var address = in6_addr()
        if inet_pton(AF_INET, text, &address) == 1 { return .ipv4(text) }
        return inet_pton(AF_INET6, text, &address) == 1 ? .ipv6(text) : .service(text)
    }

    private static func port(_ value: AttributeValue?) -> UInt16? {
        guard case .int(let number) = value, number > 0 else { return nil }
        return UInt16(exactly: number)
    }
}
