/// A span of a request on its way through Tests/Fixtures/chain, in the order in which it comes there.
package enum ChainHop: String, CaseIterable, Sendable {
    case loadClient, frontServer, frontClient, unaryServer, unaryClient, streamServer, streamClient, http2Server
    /// A call that the front end makes by itself, and what serves it.
    case idleClient, idleServer

    /// Those of a request.
    package static let all = Array(allCases.prefix { $0 != .idleClient })

    /// `service.name` and the span's kind.
    var origin: String {
        switch self {
        case .loadClient: "load CLIENT"
        case .frontServer: "front SERVER"
        case .frontClient, .idleClient: "front CLIENT"
        case .unaryServer, .idleServer: "unary SERVER"
        case .unaryClient: "unary CLIENT"
        case .streamServer: "stream SERVER"
        case .streamClient: "stream CLIENT"
        case .http2Server: "http2 SERVER"
        }
    }

    /// The service that has it.
    package var service: Substring { origin.prefix { $0 != " " } }

    /// The span's kind.
    package var kind: Substring { origin.drop { $0 != " " }.dropFirst() }

    /// The span that caused it, in this process or in the one before it.
    package var cause: ChainHop? {
        switch self {
        case .loadClient, .idleClient: nil
        case .frontServer: .loadClient
        case .frontClient: .frontServer
        case .unaryServer: .frontClient
        case .unaryClient: .unaryServer
        case .streamServer: .unaryClient
        case .streamClient: .streamServer
        case .http2Server: .streamClient
        case .idleServer: .idleClient
        }
    }

    /// The span that caused it is of the same process.
    package var isWithinProcess: Bool { cause?.service == service }

    var isIdle: Bool { self == .idleClient || self == .idleServer }

    /// - Parameter isIdle: the span belongs to no request.
    init?(of span: ReceivedSpan, isIdle: Bool) {
        guard case .string(let service) = span.resource["service.name"] else { return nil }
        let origin = "\(service) \(span.kind)"
        guard let hop = Self.allCases.first(where: { $0.origin == origin && $0.isIdle == isIdle }) else { return nil }
        self = hop
    }

    /// What is wrong with a span's own attributes.
    func problems(with span: ReceivedSpan) -> [String] {
        let expected: [(String, AttributeValue)]
        switch self {
        case .loadClient, .frontServer, .streamClient, .http2Server:
            let version = self == .loadClient || self == .frontServer ? "1.1" : "2"
            expected = [
                ("http.request.method", "GET"), ("http.response.status_code", 200),
                ("network.protocol.version", .string(version)), ("server.address", "127.0.0.1"),
            ]
        case .frontClient, .unaryServer, .idleClient, .idleServer: expected = [("rpc.service", "chain.Unary")]
        case .unaryClient, .streamServer: expected = [("rpc.service", "chain.Stream")]
        }
        let wrong = expected.filter { span[$0] != $1 }.map {
            "\($0) is \(span[$0]?.description ?? "missing"), not \($1)"
        }
        return wrong + (span.status.code == "UNSET" ? [] : ["status \(span.status.code) \(span.status.message)"])
    }
}
