import CBPF
import Testing

@testable import Spans

@Suite struct GRPCClientConventionTests {
    @Test func aCallHasEveryAttributeInOrder() throws {
        var record = GRPCClientRecordBytes(method: "/shop.Cart/Add", target: "dns:///cart.shop.svc:8080")
        record.setPeer([10, 0, 0, 9], port: 8080)
        let span = try record.span()
        #expect(span.name == "shop.Cart/Add")
        #expect(span.kind == .client)
        #expect(span.status == Span.Status(code: .unset))
        #expect(span.scope == InstrumentationScope(name: "nodespan/google.golang.org/grpc", version: "0.1.0"))
        #expect(
            span.attributes == [
                Attribute("rpc.system", .string("grpc")),
                Attribute("rpc.service", .string("shop.Cart")),
                Attribute("rpc.method", .string("Add")),
                Attribute("rpc.grpc.status_code", .int(0)),
                Attribute("server.address", .string("cart.shop.svc")),
                Attribute("server.port", .int(8080)),
                Attribute("network.peer.address", .string("10.0.0.9")),
                Attribute("network.peer.port", .int(8080)),
            ])
    }

    @Test func isTheChildOfASpanOfItsProcess() throws {
        var record = GRPCClientRecordBytes()
        record.fixed.span.parent = UInt8(NS_PARENT_LOCAL.rawValue)
        withUnsafeMutableBytes(of: &record.fixed.span.parent_span_id) { $0.copyBytes(from: 0xb1...0xb8) }
        let span = try record.span()
        #expect(span.parentSpanID?.description == "b1b2b3b4b5b6b7b8")
        #expect(!span.parentIsRemote)
    }

    /// Also those for which a server would not be to blame.
    @Test(arguments: [(1, "CANCELLED"), (5, "NOT_FOUND"), (14, "UNAVAILABLE"), (16, "UNAUTHENTICATED"), (99, "99")])
    func anyStatusButOKIsAnError(code: UInt32, name: String) throws {
        var record = GRPCClientRecordBytes()
        record.fixed.status = code
        let span = try record.span()
        #expect(span.status.code == .error)
        #expect(span.attributes.contains(Attribute("rpc.grpc.status_code", .int(Int64(code)))))
        #expect(span.attributes.contains(Attribute("error.type", .string(name))))
    }

    @Test func anErrorWithoutStatusIsAnErrorOfAnotherKind() throws {
        var record = GRPCClientRecordBytes()
        record.fixed.outcome = UInt8(NS_GRPC_OTHER_ERROR.rawValue)
        record.fixed.status = 2
        let span = try record.span()
        #expect(span.status.code == .error)
        #expect(span.attributes.contains(Attribute("error.type", .string("_OTHER"))))
        #expect(!span.attributes.contains { $0.key == "rpc.grpc.status_code" })
    }

    @Test func withoutATargetTheServerIsThePeer() throws {
        var record = GRPCClientRecordBytes(target: "ipv4:10.0.0.1:80,10.0.0.2:80")
        record.setPeer([10, 0, 0, 2], port: 80)
        let span = try record.span()
        #expect(span.attributes.contains(Attribute("server.address", .string("10.0.0.2"))))
        #expect(span.attributes.contains(Attribute("server.port", .int(80))))
    }

    @Test func thePortOfACutTargetIsNoPort() throws {
        var record = GRPCClientRecordBytes(target: "dns:///cart.shop.svc:80")
        record.fixed.truncated = 1 << UInt16(NS_GRPC_AUTHORITY.rawValue)
        let span = try record.span()
        #expect(!span.attributes.contains { $0.key == "server.port" })
        #expect(span.attributes.contains(Attribute("nodespan.truncated", .strings(["server.address"]))))
    }

    @Test(
        arguments: [
            ("localhost:50051", "localhost", 50051), ("cart", "cart", nil), ("[::1]:443", "::1", 443),
            ("dns:///cart:80", "cart", 80), ("dns://8.8.8.8/cart:80", "cart", 80), ("dns:cart:80", "cart", 80),
            ("passthrough:///127.0.0.1:80", "127.0.0.1", 80), ("passthrough:127.0.0.1:80", "127.0.0.1", 80),
            ("unix:///run/containerd.sock", "/run/containerd.sock", nil), ("unix:run/a.sock", "run/a.sock", nil),
            ("unix-abstract:name", "name", nil), ("xds:///cart", "cart", nil), ("ipv4:10.0.0.1:80", "10.0.0.1", 80),
            ("etcd-endpoints://0xc000/127.0.0.1:2379", "127.0.0.1", 2379), ("custom://cart", "cart", nil),
            ("cart:99999", "cart", nil),
        ] as [(String, String, UInt16?)])
    func theServerIsTheEndpointOfTheTarget(target: String, address: String, port: UInt16?) throws {
        let found = try #require(GRPCTarget(target))
        #expect(found.address == address && found.port == port)
    }

    @Test(arguments: ["", "dns:///", "unix:", ":80", "ipv4:10.0.0.1:80,10.0.0.2:80"])
    func aTargetWithoutOneEndpointNamesNoServer(target: String) {
        #expect(GRPCTarget(target) == nil)
    }
}

/// A record of a client as the BPF program lays it out, from the C struct itself.
private struct GRPCClientRecordBytes {
    var fixed = ns_grpc_span()
    private let texts: [UInt32: String]

    init(method: String = "/shop.Cart/Add", target: String = "") {
        texts = [NS_GRPC_METHOD.rawValue: method, NS_GRPC_AUTHORITY.rawValue: target]
        fixed.span.kind = UInt16(NS_RECORD_GRPC_CLIENT.rawValue)
        fixed.span.flags = 1
        fixed.span.start_ns = 1_000
        fixed.span.end_ns = 4_000
        withUnsafeMutableBytes(of: &fixed.span.trace_id) { $0.copyBytes(from: 0x01...0x10) }
        withUnsafeMutableBytes(of: &fixed.span.span_id) { $0.copyBytes(from: 0xa1...0xa8) }
    }

    mutating func setPeer(_ address: [UInt8], port: UInt16) {
        fixed.peer.len = UInt8(address.count)
        fixed.peer.port = port
        withUnsafeMutableBytes(of: &fixed.peer.bytes) { $0.copyBytes(from: address) }
    }

    func span() throws -> Span {
        var copy = fixed
        var all: [UInt8] = []
        withUnsafeMutableBytes(of: &copy.text_len) { lengths in
            for index in 0..<NS_GRPC_TEXT_COUNT.rawValue {
                let text = Array((texts[index] ?? "").utf8)
                lengths.storeBytes(of: UInt16(text.count), toByteOffset: Int(index) * 2, as: UInt16.self)
                all += text
            }
        }
        withUnsafeMutableBytes(of: &copy.text) { $0.copyBytes(from: all) }
        let textOffset = try #require(MemoryLayout<ns_grpc_span>.offset(of: \.text_len)) + 2 * Int(NS_GRPC_TEXT_COUNT.rawValue)
        let bytes = withUnsafeBytes(of: copy) { Array($0.prefix(textOffset + all.count)) }
        let record = try bytes.withUnsafeBytes { try RecordDecoder.decode($0) }
        guard case .grpc(let record) = record else { throw RecordError.unknownKind(fixed.span.kind) }
        return GRPCConvention(version: "0.1.0").span(of: record, resource: Resource(attributes: []), clock: WallClock(reading(at: 0)))
    }
}
