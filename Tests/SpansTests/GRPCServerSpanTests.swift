import CBPF
import Testing

@testable import Spans

@Suite struct `Spans of gRPC servers` {
    private func decode(_ record: GRPCRecordBytes) throws -> GRPCRecord {
        let decoded = try record.bytes.withUnsafeBytes { try RecordDecoder.decode($0) }
        guard case .grpc(let record) = decoded else { throw RecordError.unknownKind(0) }
        return record
    }

    private func span(of record: GRPCRecordBytes) throws -> Span {
        GRPCConvention(version: "0.1.0").span(
            of: try decode(record), resource: Resource(attributes: []), clock: WallClock(reading(at: 0)))
    }

    @Test func `have every attribute, in order`() throws {
        var record = GRPCRecordBytes(traceState: "vendor=x , b=2", authority: "shop.example:8443")
        record.setStatus(14)
        record.fixed.peer = GRPCRecordBytes.address([10, 0, 0, 9], port: 4711)
        record.fixed.local = GRPCRecordBytes.address([10, 0, 0, 1], port: 50051)
        record.fixed.span.parent = UInt8(NS_PARENT_REMOTE.rawValue)
        withUnsafeMutableBytes(of: &record.fixed.span.parent_span_id) { $0.copyBytes(from: 0xb1...0xb8) }
        let span = try span(of: record)
        #expect(span.name == "shop.v1.Cart/Add" && span.kind == .server)
        #expect(span.parentSpanID?.description == "b1b2b3b4b5b6b7b8" && span.parentIsRemote)
        #expect(span.traceState == "vendor=x,b=2")
        #expect(span.status == Span.Status(code: .error))
        #expect(span.scope == InstrumentationScope(name: "nodespan/google.golang.org/grpc", version: "0.1.0"))
        #expect(
            span.attributes == [
                Attribute("rpc.system", .string("grpc")),
                Attribute("rpc.service", .string("shop.v1.Cart")),
                Attribute("rpc.method", .string("Add")),
                Attribute("rpc.grpc.status_code", .int(14)),
                Attribute("error.type", .string("UNAVAILABLE")),
                Attribute("server.address", .string("shop.example")),
                Attribute("server.port", .int(8443)),
                Attribute("client.address", .string("10.0.0.9")),
                Attribute("client.port", .int(4711)),
                Attribute("network.peer.address", .string("10.0.0.9")),
                Attribute("network.peer.port", .int(4711)),
            ])
    }

    @Test func `say nothing that isn't known`() throws {
        var record = GRPCRecordBytes()
        record.fixed.outcome = UInt8(NS_GRPC_NO_STATUS.rawValue)
        let span = try span(of: record)
        #expect(span.attributes.map(\.key) == ["rpc.system", "rpc.service", "rpc.method"])
        #expect(span.status == Span.Status(code: .unset) && span.parentSpanID == nil)
    }

    /// The codes that a server is to blame for (OpenTelemetry semantic conventions, gRPC).
    @Test(arguments: UInt32(0)...17) func `fail by what is the server's fault`(code: UInt32) throws {
        var record = GRPCRecordBytes()
        record.setStatus(code)
        let span = try span(of: record)
        let isError = [2, 4, 12, 13, 14, 15].contains(code)
        #expect(span.status.code == (isError ? .error : .unset))
        #expect((span.attributes["error.type"] != nil) == isError)
        #expect(span.attributes["rpc.grpc.status_code"] == .int(Int64(code)))
    }

    @Test(
        arguments: [
            ("/pkg.Service/Method", "pkg.Service", "Method", "pkg.Service/Method"),
            ("pkg.Service/Method", "pkg.Service", "Method", "pkg.Service/Method"),
            ("/a/b/Method", "a/b", "Method", "a/b/Method"), ("/Method", nil, "Method", "grpc"),
            ("", nil, "", "grpc"), ("//", "", "", "/"),
        ] as [(String, String?, String, String)])
    func `split the method's name as servers do`(path: String, service: String?, method: String, name: String) {
        let parsed = GRPCMethod(path)
        #expect(parsed.service == service && parsed.method == method && parsed.spanName == name)
    }

    @Test func `have the local address where the client names nothing, and the socket's path for a Unix domain`() throws
    {
        var record = GRPCRecordBytes()
        record.fixed.local = GRPCRecordBytes.address([UInt8](repeating: 0, count: 15) + [1], port: 50051)
        var attributes = try span(of: record).attributes
        #expect(attributes["server.address"] == .string("::1") && attributes["server.port"] == .int(50051))

        record = GRPCRecordBytes(authority: "/run/a:1.sock")
        record.fixed.is_unix = 1
        attributes = try span(of: record).attributes
        #expect(attributes["server.address"] == .string("/run/a:1.sock") && attributes["server.port"] == nil)
    }

    @Test func `take the client from net/http where that received the call`() throws {
        let attributes = try span(of: GRPCRecordBytes(peer: "[2001:db8::1]:4711")).attributes
        #expect(attributes["client.address"] == .string("2001:db8::1") && attributes["client.port"] == .int(4711))
    }

    @Test func `have IPv4 addresses as such, however the program keeps them`() throws {
        let mapped = [UInt8](repeating: 0, count: 10) + [0xff, 0xff, 192, 0, 2, 1]
        #expect(IPEndpoint(GRPCRecordBytes.address(mapped, port: 1))?.address == "192.0.2.1")
        #expect(IPEndpoint(GRPCRecordBytes.address([192, 0, 2, 1], port: 1))?.address == "192.0.2.1")
        #expect(IPEndpoint(GRPCRecordBytes.address([1, 2, 3], port: 1)) == nil)
        #expect(IPEndpoint(ns_ip_address()) == nil)
    }

    @Test func `name what was cut`() throws {
        var record = GRPCRecordBytes(authority: "shop.example:84")
        record.fixed.truncated = UInt16(NS_GRPC_METADATA_CUT) | 1 << UInt16(NS_GRPC_AUTHORITY.rawValue)
        let attributes = try span(of: record).attributes
        #expect(
            attributes["nodespan.truncated"] == .strings(["server.address", "rpc.grpc.request.metadata"]))
        #expect(attributes["server.port"] == nil)
    }

    @Test func `aren't made of records that can't be right`() {
        func refused(_ change: (inout GRPCRecordBytes) -> Void) {
            var record = GRPCRecordBytes()
            change(&record)
            #expect(throws: RecordError.self) { try decode(record) }
        }
        refused { $0.fixed.outcome = 3 }
        refused { $0.fixed.span.trace_id = ns_span().trace_id }
        refused { $0.texts[2] = [UInt8](repeating: 0x61, count: Int(NS_GRPC_METHOD_MAX) + 1) }
        refused { $0.fixed.span.end_ns = 0 }
        let whole = GRPCRecordBytes(authority: "shop").bytes
        for count in whole.indices {
            #expect(throws: RecordError.self) {
                try Array(whole.prefix(count)).withUnsafeBytes { try RecordDecoder.decode($0) }
            }
        }
    }
}
