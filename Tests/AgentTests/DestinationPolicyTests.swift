import OTLP
import Testing
import Workloads

@testable import Agent

@Suite struct `Where a pod may have its spans sent` {
    private func place(
        _ text: String, allowed: [String] = [], namespace: String? = "shop", allowsSockets: Bool = false
    ) throws -> DestinationPolicy.Place {
        let variables = ExporterVariables(["OTEL_EXPORTER_OTLP_ENDPOINT": text])
        return try DestinationPolicy(
            allowedHosts: allowed.compactMap { .init($0) }, allowsSockets: allowsSockets
        ).place(of: variables.named, protocol: variables.protocol, namespace: namespace)
    }

    private func endpoint(_ text: String, allowed: [String] = []) throws -> String {
        let place = try place(text, allowed: allowed)
        #expect(!place.isLoopback)
        return place.endpoint.url
    }

    @Test(arguments: [
        ("http://collector:4318", "http://collector.shop:4318/v1/traces"),
        ("http://Collector:4318", "http://collector.shop:4318/v1/traces"),
        ("https://collector.observability:4318/otlp", "https://collector.observability:4318/otlp/v1/traces"),
        ("http://10.0.0.7:4318", "http://10.0.0.7:4318/v1/traces"),
        ("http://[fd12::7]:4318", "http://[fd12::7]:4318/v1/traces"),
        ("http://collector:4317", "http://collector.shop:4317"),
        ("collector:4317", "https://collector.shop:4317"),
    ])
    func `is what its Instrumentation names, in its own namespace`(text: String, url: String) throws {
        #expect(try endpoint(text) == url)
    }

    @Test(arguments: [
        ("localhost", "localhost"), ("LOCALHOST", "localhost"), ("localhost.", "localhost"),
        ("a.localhost", "localhost"), ("127.0.0.1", "127.0.0.1"), ("127.0.0.53", "127.0.0.53"), ("127.1", "127.0.0.1"),
        ("0x7f.0.0.1", "127.0.0.1"), ("0177.0.0.1", "127.0.0.1"), ("0.0", "127.0.0.1"), ("2130706433", "127.0.0.1"),
        ("0.0.0.0", "127.0.0.1"), ("[::1]", "[::1]"), ("[0:0:0:0:0:0:0:1]", "[::1]"), ("[::]", "[::1]"),
        ("[::ffff:127.0.0.1]", "127.0.0.1"), ("[::ffff:7f00:1]", "127.0.0.1"), ("[::127.0.0.1]", "127.0.0.1"),
        ("[64:ff9b::7f00:1]", "127.0.0.1"),
    ])
    func `is a loopback, however it is spelt`(host: String, known: String) throws {
        let place = try place("http://\(host):4318")
        #expect(place.isLoopback && place.endpoint.url == "http://\(known):4318/v1/traces")
        #expect(throws: DestinationRefusal.notAllowed(known.filter { $0 != "[" && $0 != "]" })) {
            try self.place("http://\(host):4318", allowed: ["*.observability"])
        }
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
        let policy = AddressPolicy(loopback: .forbidden, isPods: true)
        #expect(policy.refusal(of: address)?.contains(address) == true)
        #expect(policy.refusal(of: "10.0.0.7") == nil)
        #expect(policy.refusal(of: "fd12::7") == nil)
    }

    @Test(arguments: ["127.0.0.1", "::1", "127.0.0.53", "::ffff:127.0.0.1"])
    func `is nothing but the loopback in another network`(address: String) {
        let policy = AddressPolicy(loopback: .only, isPods: true)
        #expect(policy.refusal(of: address) == nil)
        for other in ["10.0.0.7", "fd12::7", "169.254.169.254", "x"] {
            #expect(policy.refusal(of: other)?.contains(other) == true)
        }
    }

    @Test func `is not named without end`() {
        let long = String(repeating: "x", count: 1 << 20)
        for text in ["http://\(long):4318", "http://collector:4318/\(long)", long] {
            #expect(throws: DestinationRefusal.invalid("", .invalid)) { try place(text) }
        }
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

    @Test func `has no namespace on a host`() throws {
        #expect(try place("http://collector:4318", namespace: nil).endpoint.url == "http://collector:4318/v1/traces")
    }

    @Test func `is a Unix socket where the operator says so`() throws {
        #expect(throws: DestinationRefusal.socket) { try place("unix:/run/otel.sock") }
        #expect(throws: DestinationRefusal.socket) { try place("UNIX:///run/otel.sock") }
        #expect(try place("unix:/run/otel.sock", allowsSockets: true).endpoint.socketPath == "/run/otel.sock")
    }

    @Test(arguments: [
        "http://u:secret@localhost", "http://u:secret@c", "http://c?k=secret", "http://c#secret", "secret",
        "http://169.254.1.1/secret", "u:secret@c:4317", "unix:/secret",
    ])
    func `is refused without its secrets`(text: String) {
        let error = #expect(throws: DestinationRefusal.self) { try place(text) }
        #expect(error.map { "\($0)".contains("secret") } == false)
    }

    @Test(arguments: [
        ("http://collector:4318/own", "http://collector.shop:4318/own"),
        ("http://collector:4318/own/", "http://collector.shop:4318/own/"),
        ("http://collector:4318", "http://collector.shop:4318/"),
    ])
    func `is what is named for traces alone, as it stands`(text: String, url: String) throws {
        let environment = [
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": text, "OTEL_EXPORTER_OTLP_ENDPOINT": "http://other:4318",
        ]
        let named = ExporterVariables(environment).named
        #expect(try DestinationPolicy().place(of: named, namespace: "shop").endpoint.url == url)
    }

    @Test func `has to be named, by a URL`() {
        #expect(throws: DestinationRefusal.none) { try endpoint("") }
        #expect(throws: DestinationRefusal.self) { try endpoint("collector:4318") }
    }
}
