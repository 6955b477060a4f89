import FoundationEssentials
import TestSupport
import Testing

/// What a kernel test concludes from spans, on spans made up.
@Suite struct `Spans of a chain of services` {
    private static let requests = 130

    @Test func `are right when every request has each of them, connected`() throws {
        #expect(try problems { _ in } == [])
    }

    @Test func `are missed`() throws {
        #expect(try problems { $0.remove(at: 100) } != [])
    }

    @Test func `are noticed when they come twice`() throws {
        #expect(try problems { $0.append($0[100]) } != [])
    }

    @Test(arguments: ChainHop.all.dropFirst())
    func `are noticed under the parent of another request, or under none`(hop: ChainHop) throws {
        let name = hop.rawValue
        let (one, other) = ("\(name)-1", "\(name)-2")
        let swapped = try problems { spans in
            guard let first = spans.firstIndex(where: { $0.id == one }) else { return }
            guard let second = spans.firstIndex(where: { $0.id == other }) else { return }
            (spans[first].parent, spans[second].parent) = (spans[second].parent, spans[first].parent)
        }
        #expect(swapped != [])
        let orphaned = try problems { spans in
            for index in spans.indices where spans[index].id == one { spans[index].parent = "" }
        }
        #expect(orphaned != [])
    }

    @Test func `are noticed when two requests are in one trace`() throws {
        let merged = try problems { spans in
            for index in spans.indices where spans[index].trace == "trace-2" { spans[index].trace = "trace-1" }
        }
        #expect(merged == ["1 traces are merged"])
    }

    @Test func `are noticed when a call that belongs to no request has a parent`() throws {
        let problems = try problems { spans in
            for index in spans.indices where spans[index].id == "idleClient" {
                (spans[index].parent, spans[index].trace) = ("frontServer-1", "trace-1")
            }
        }
        #expect(problems != [])
    }

    private struct MadeUpSpan: Encodable {
        var trace: String
        var id: String
        var parent: String
        var hop: ChainHop
        var request: Int?

        private enum CodingKeys: String, CodingKey {
            case traceId, spanId, parentSpanId, flags, traceState, name, kind, startTimeUnixNano, endTimeUnixNano,
                status
            case attributes, resource, scope
        }

        func encode(to encoder: any Encoder) throws {
            var span = encoder.container(keyedBy: CodingKeys.self)
            try span.encode(trace, forKey: .traceId)
            try span.encode(id, forKey: .spanId)
            try span.encode(parent, forKey: .parentSpanId)
            try span.encode(1, forKey: .flags)
            try span.encode(String(hop.kind), forKey: .kind)
            for key in [CodingKeys.traceState, .name] { try span.encode("", forKey: key) }
            for key in [CodingKeys.startTimeUnixNano, .endTimeUnixNano] { try span.encode("1", forKey: key) }
            try span.encode(["code": "UNSET", "message": ""], forKey: .status)
            try span.encode(["name": "", "version": ""], forKey: .scope)
            try span.encode(["service.name": String(hop.service)], forKey: .resource)
            var attributes = span.nestedContainer(keyedBy: AttributeKey.self, forKey: .attributes)
            try attributes.encode("GET", forKey: "http.request.method")
            try attributes.encode(200, forKey: "http.response.status_code")
            let isFirst = hop == .loadClient || hop == .frontServer
            try attributes.encode(isFirst ? "1.1" : "2", forKey: "network.protocol.version")
            try attributes.encode("127.0.0.1", forKey: "server.address")
            switch hop {
            case .loadClient, .streamClient: try attributes.encode("http://a/b/\(request ?? 0)", forKey: "url.full")
            case .frontServer, .http2Server: try attributes.encode("/b/\(request ?? 0)", forKey: "url.path")
            case .unaryClient, .streamServer:
                try attributes.encode("chain.Stream", forKey: "rpc.service")
                try attributes.encode("Talk\((request ?? 0) % 64)", forKey: "rpc.method")
            default:
                try attributes.encode("chain.Unary", forKey: "rpc.service")
                try attributes.encode(request.map { "Call\($0 % 64)" } ?? "Idle", forKey: "rpc.method")
            }
        }
    }

    private struct AttributeKey: CodingKey, ExpressibleByStringLiteral {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringLiteral: String) { stringValue = stringLiteral }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private func problems(after change: (inout [MadeUpSpan]) -> Void) throws -> [String] {
        var spans = (0..<Self.requests).flatMap { request in
            ChainHop.all.map { hop in
                MadeUpSpan(
                    trace: "trace-\(request)", id: "\(hop)-\(request)",
                    parent: hop.cause.map { "\($0)-\(request)" } ?? "",
                    hop: hop, request: request)
            }
        }
        spans.append(MadeUpSpan(trace: "idle", id: "idleClient", parent: "", hop: .idleClient))
        spans.append(MadeUpSpan(trace: "idle", id: "idleServer", parent: "idleClient", hop: .idleServer))
        change(&spans)
        let received = try spans.map { try JSONDecoder().decode(ReceivedSpan.self, from: JSONEncoder().encode($0)) }
        return ChainTraces(received, requests: Self.requests).problems(at: ChainHop.all, isConnected: true)
    }
}
