import Synchronization
import TestSupport
import Testing

@testable import Workloads

@Suite(.serialized) struct `An entry of a Secret or ConfigMap` {
    private final class Time: Sendable {
        private let passed = Mutex(Duration.zero)
        private let start = ContinuousClock.now

        func pass(_ duration: Duration) { passed.withLock { $0 += duration } }
        var now: ContinuousClock.Instant { start + passed.withLock { $0 } }
    }

    private static func secret(_ base64: String, key: String = "k") -> String {
        """
        {"apply": [{"kind": "Secret", "metadata": {"name": "s", "namespace": "shop"}, "data": {"\(key)": "\(base64)"}}]}
        """
    }

    private static func key(_ key: String, of name: String = "s", in namespace: String = "shop") -> ObjectKey {
        ObjectKey(.secret, namespace: namespace, name: name, key: key)
    }

    /// What it is as soon as that is so.
    private static func wait(_ reader: ObjectReader, for value: ObjectValue, _ key: ObjectKey) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while reader.value(of: key) != value {
            try #require(ContinuousClock.now < deadline, "\(String(describing: reader.value(of: key))), not \(value)")
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    @Test func `is read again after a minute, and sooner when a wish has changed`() async throws {
        let cluster = try ClusterStandIn()
        let server = APIServer(try ClusterAccess.kubeconfig(cluster.kubeconfig()), userAgent: "test")
        let time = Time()
        let changes = Mutex(0)
        let reader = ObjectReader(server, now: { time.now }, onChange: { changes.withLock { $0 += 1 } })
        try cluster.control(Self.secret("YQ=="))
        #expect(reader.value(of: Self.key("k")) == nil)
        try await Self.wait(reader, for: .text("a"), Self.key("k"))
        // A key that nobody has asked for yet isn't taken for one that doesn't exist.
        #expect(reader.value(of: Self.key("none")) == nil)
        try await Self.wait(reader, for: .missing, Self.key("none"))

        try cluster.control(Self.secret("Yg=="))
        time.pass(.seconds(59))
        #expect(reader.value(of: Self.key("k")) == .text("a"))
        time.pass(.seconds(1))
        try await Self.wait(reader, for: .text("b"), Self.key("k"))
        try cluster.control(Self.secret("Yw=="))
        reader.expire()
        time.pass(.seconds(5))
        try await Self.wait(reader, for: .text("c"), Self.key("k"))

        // What is known counts on while nobody can be asked; what is gone, or forbidden, does not.
        try cluster.control("{\"answer\": 500}")
        time.pass(.seconds(60))
        #expect(reader.value(of: Self.key("k")) == .text("c"))
        let failed = ObjectValue.failed("the API server answers 500: answer 500")
        #expect(reader.value(of: Self.key("k", of: "new")) == nil)
        try await Self.wait(reader, for: failed, Self.key("k", of: "new"))
        #expect(reader.value(of: Self.key("k")) == .text("c"))
        try cluster.control("{\"answer\": 0, \"forbidden\": [\"get secrets\"]}")
        time.pass(.seconds(60))
        try await Self.wait(reader, for: .unread, Self.key("k"))
        try cluster.control("{\"forbidden\": [], \"delete\": [\"Secret/shop/s\"]}")
        time.pass(.seconds(60))
        try await Self.wait(reader, for: .missing, Self.key("k"))
        #expect(changes.withLock { $0 } >= 6)
        await server.shutdown()
    }

    @Test func `is no text that it isn't, and few of them are known`() async throws {
        let cluster = try ClusterStandIn()
        let server = APIServer(try ClusterAccess.kubeconfig(cluster.kubeconfig()), userAgent: "test")
        let time = Time()
        let reader = ObjectReader(server, now: { time.now }, onChange: {})
        for base64 in ["/w==", "no base64"] {
            try cluster.control(Self.secret(base64))
            try await Self.wait(reader, for: .missing, Self.key("k"))
            time.pass(.seconds(60))
        }
        for name in ["", "../x", "a/b", "a?b", "-a"] { #expect(reader.value(of: Self.key("k", of: name)) == .missing) }
        for number in 0..<64 { _ = reader.value(of: Self.key("k\(number)", of: "full")) }
        #expect(reader.value(of: Self.key("k64", of: "full")) == .noRoom)
        for number in 0..<30 { #expect(reader.value(of: Self.key("k", of: "s\(number)")) != .noRoom) }
        #expect(reader.value(of: Self.key("k", of: "last")) == .noRoom)
        // The room of other namespaces is theirs.
        try await Self.wait(reader, for: .missing, Self.key("k", of: "last", in: "other"))
        // Those are forgotten that nobody asks for.
        time.pass(.seconds(300))
        try await Self.wait(reader, for: .missing, Self.key("k", of: "last"))
        try await Self.wait(reader, for: .missing, Self.key("k64", of: "full"))
        await server.shutdown()
    }

    @Test func `takes no more room than its namespace has, which isn't others'`() async throws {
        let cluster = try ClusterStandIn()
        let server = APIServer(try ClusterAccess.kubeconfig(cluster.kubeconfig()), userAgent: "test")
        let time = Time()
        let reader = ObjectReader(server, now: { time.now }, onChange: {})
        func key(_ name: String, _ key: String, in namespace: String = "shop") -> ObjectKey {
            ObjectKey(.configMap, namespace: namespace, name: name, key: key)
        }
        let long = String(repeating: "x", count: 131_072)
        func map(_ name: String, in namespace: String = "shop", _ value: String) -> String {
            """
            {"kind": "ConfigMap", "metadata": {"name": "\(name)", "namespace": "\(namespace)"}, "data": {"k": "\(value)"}}
            """
        }
        for number in 0..<4 { try cluster.control("{\"apply\": [\(map("m\(number)", long))]}") }
        try cluster.control(
            "{\"apply\": [\(map("longer", long + "x")), \(map("last", "x")), \(map("m", in: "other", long))]}")
        try await Self.wait(reader, for: .noRoom, key("longer", "k"))
        for number in 0..<4 { try await Self.wait(reader, for: .text(long), key("m\(number)", "k")) }
        try await Self.wait(reader, for: .noRoom, key("last", "k"))
        try await Self.wait(reader, for: .missing, key("last", "none"))
        try await Self.wait(reader, for: .text(long), key("m", "k", in: "other"))
        // What nobody asks for leaves its room.
        time.pass(.seconds(299))
        for number in 1..<4 { #expect(reader.value(of: key("m\(number)", "k")) == .text(long)) }
        _ = reader.value(of: key("last", "k"))
        time.pass(.seconds(1))
        reader.expire()
        time.pass(.seconds(5))
        try await Self.wait(reader, for: .text("x"), key("last", "k"))
        await server.shutdown()
    }
}
