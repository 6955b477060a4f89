import OTLP
import Testing
import Workloads

@testable import Agent

@Suite struct `Where a pod may have its spans sent` {
    private func endpoint(_ text: String, allowed: [String] = []) throws -> String {
        try DestinationPolicy(allowedHosts: allowed.compactMap { .init($0) })
            .endpoint(in: ["OTEL_EXPORTER_OTLP_ENDPOINT": text], namespace: "shop").url
    }

    @Test(arguments: [
        ("http://collector:4318", "http://collector.shop:4318/v1/traces"),
        ("http://Collector:4318", "http://collector.shop:4318/v1/traces"),
        ("https://collector.observability:4318/otlp", "https://collector.observability:4318/otlp/v1/traces"),
        ("http://10.0.0.7:4318", "http://10.0.0.7:4318/v1/traces"),
        ("http://[fd12::7]:4318", "http://[fd12::7]:4318/v1/traces"),
    ])
    func `is what its Instrumentation names, in its own namespace`(text: String, url: String) throws {
        #expect(try endpoint(text) == url)
    }

    @Test(arguments: [
        "localhost", "LOCALHOST", "localhost.", "a.localhost", "127.0.0.1", "127.1", "0x7f.0.0.1", "0177.0.0.1", "0.0",
        "2130706433", "0.0.0.0", "[::1]", "[0:0:0:0:0:0:0:1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
        "[::127.0.0.1]", "[64:ff9b::7f00:1]",
    ])
    func `is not this machine's own loopback, however it is spelt`(host: String) {
        #expect(throws: DestinationRefusal.loopback("http://\(host):4318")) { try endpoint("http://\(host):4318") }
    }

    @Test(arguments: [
        "169.254.169.254", "169.16689662", "0251.254.169.254", "169.254.169.254.", "[::ffff:a9fe:a9fe]",
        "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::a9fe:a9fe]", "[fe80::1]", "[febf::1]", "[fd00:ec2::254]", "[fd20:ce::254]",
        "168.63.129.16", "100.100.100.200", "192.0.0.192",
    ])
    func `is not what a machine is told by its cloud, however it is spelt`(host: String) {
        #expect(throws: DestinationRefusal.linkLocal("http://\(host):4318")) { try endpoint("http://\(host):4318") }
    }

    @Test(arguments: [
        "127.0.0.1", "0.0.0.0", "::1", "::", "::ffff:127.0.0.1", "169.254.1.1", "fe80::1%2", "fd00:ec2::254", "x",
    ])
    func `is not what its name leads to, where that is this machine's own`(address: String) {
        let policy = AddressPolicy(allowsLoopback: false, isPods: true)
        #expect(policy.refusal(of: address)?.contains(address) == true)
        #expect(policy.refusal(of: "10.0.0.7") == nil)
        #expect(policy.refusal(of: "fd12::7") == nil)
    }

    @Test(arguments: ["169%2e254.169.254", "%6cocalhost", "a%00b.shop", "fe80::1%25eth0"])
    func `has a host that is no riddle`(host: String) {
        #expect(throws: DestinationRefusal.self) { try endpoint("http://\(host):4318") }
    }

    @Test func `is what the policy allows`() throws {
        #expect(throws: DestinationRefusal.notAllowed("collector.shop")) {
            try endpoint("http://collector:4318", allowed: ["*.observability"])
        }
        #expect(try endpoint("http://a.observability:4318", allowed: ["*.observability"]).contains("a.observability"))
    }

    /// On a host there is no namespace, and a loopback that is shared.
    @Test(arguments: [
        ("http://collector:4318", "http://collector:4318/v1/traces"),
        ("http://localhost:4318", "http://localhost:4318/v1/traces"),
        ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
        ("http://[::1]:4318", "http://[::1]:4318/v1/traces"),
        ("http://169.254.169.254", nil),
    ])
    func `is what a program of no pod names, where it reaches the same itself`(text: String, url: String?) throws {
        let policy = DestinationPolicy(allowsLoopback: true)
        let found = try? policy.endpoint(in: ["OTEL_EXPORTER_OTLP_ENDPOINT": text], namespace: nil).url
        #expect(found == url)
    }

    @Test(arguments: [
        "http://u:secret@localhost", "http://u:secret@c", "http://c?k=secret", "http://c#secret", "secret",
        "http://c:4317/secret", "http://localhost/secret", "http://169.254.1.1/secret",
    ])
    func `is refused without its secrets`(text: String) {
        let error = #expect(throws: DestinationRefusal.self) { try endpoint(text) }
        #expect(error.map { "\($0)".contains("secret") } == false)
    }

    @Test(arguments: [
        ("http://collector:4318/own", "http://collector.shop:4318/own"),
        ("http://collector:4318/own/", "http://collector.shop:4318/own/"),
        ("http://collector:4318", "http://collector.shop:4318/v1/traces"),
    ])
    func `is what is named for traces alone, as it stands`(text: String, url: String) throws {
        let environment = [
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": text, "OTEL_EXPORTER_OTLP_ENDPOINT": "http://other:4318",
        ]
        #expect(try DestinationPolicy().endpoint(in: environment, namespace: "shop").url == url)
    }

    @Test func `has to be named, by a URL`() {
        #expect(throws: DestinationRefusal.none) { try endpoint("") }
        #expect(throws: DestinationRefusal.self) { try endpoint("collector:4318") }
        #expect(throws: DestinationRefusal.self) { try endpoint("http://collector:4317") }
    }
}
