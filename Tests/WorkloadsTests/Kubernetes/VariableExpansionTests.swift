import Testing

@testable import Workloads

@Suite struct `A variable within a value` {
    /// What Kubernetes' own documentation and code say: core/v1, EnvVar.value, and third_party/forked/golang/expansion.
    @Test(arguments: [
        ("", ""), ("plain", "plain"), ("$(A)", "a"), ("http://$(A):4317", "http://a:4317"), ("$(A)$(B)", "ab$(A)"),
        ("$(NONE)", "$(NONE)"), ("$$(A)", "$(A)"), ("$$$(A)", "$a"), ("$$$$(A)", "$$(A)"), ("$$", "$"), ("$", "$"),
        ("a$", "a$"), ("$A", "$A"), ("${A}", "${A}"), ("$(A", "$(A"), ("$(", "$("), ("$()", "$()"), ("$)", "$)"),
        ("$(A)$(", "a$("), ("$($(A))", "$($(A))"), ("$(A))", "a)"), ("$ (A)", "$ (A)"), ("$\u{e9}(A)", "$\u{e9}(A)"),
        ("$(\u{e9})", "\u{20ac}"), ("$(EMPTY)x", "x"), ("$(a)", "$(a)"),
    ])
    func `is replaced as the kubelet does`(text: String, expected: String) {
        let values = ["A": "a", "B": "b$(A)", "\u{e9}": "\u{20ac}", "EMPTY": ""]
        #expect(VariableExpansion.expand(text, limit: 1000) { values[$0] } == expected)
    }

    @Test func `makes nothing longer than it may be`() {
        let long = String(repeating: "x", count: 60)
        #expect(VariableExpansion.expand("$(A)$(A)", limit: 120) { _ in long }?.utf8.count == 120)
        #expect(VariableExpansion.expand("$(A)$(A)", limit: 119) { _ in long } == nil)
        #expect(VariableExpansion.expand(long, limit: 59) { _ in nil } == nil)
    }

    @Test(.timeLimit(.minutes(1)), arguments: ["$(", "$", "$$", ")$("])
    func `is looked for in linear time`(text: String) {
        #expect(VariableExpansion.expand(String(repeating: text, count: 60_000), limit: 1 << 20) { _ in nil } != nil)
    }
}

@Suite struct `A quantity` {
    @Test(
        arguments: [
            ("1", 1000, 1), ("500m", 500, 1), ("0", 0, 0), ("1.5", 1500, 2), ("0.07", 70, 1), ("1Ki", 1_024_000, 1024),
            ("1.5Gi", 1_610_612_736_000, 1_610_612_736), ("2k", 2_000_000, 2000), ("1e3", 1_000_000, 1000),
            ("1E3", 1_000_000, 1000), ("12E", nil, nil), ("1E", nil, 1_000_000_000_000_000_000), ("100u", 1, 1),
            ("1n", 1, 1), ("+5", 5000, 5), ("-5", -5000, -5), ("-1.5", -1500, -1), (".5", 500, 1), ("5.", 5000, 5),
            ("1000.0", 1_000_000, 1000), ("1e-3", 1, 1), ("8Ei", nil, nil), ("-8Ei", nil, Int64.min),
            ("999999999999999999", nil, 999_999_999_999_999_999),
        ] as [(String, Int64?, Int64?)])
    func `is exact, and rounded up`(text: String, thousandths: Int64?, wholes: Int64?) throws {
        let quantity = try #require(Quantity(text))
        #expect(quantity.rounded(thousandths: true) == thousandths)
        #expect(quantity.rounded(thousandths: false) == wholes)
    }

    @Test(arguments: [
        "", "-", ".", "m", "1 ", " 1", "1Kb", "1ki", "1.2.3", "1e", "1e99", "1e3m", "0x10", "\u{bd}", "\u{664}",
        "1234567890123456789", String(repeating: "9", count: 10_000),
    ])
    func `isn't any text`(text: String) {
        #expect(Quantity(text) == nil)
    }
}

@Suite struct `A pod's field in an environment` {
    @Test(
        arguments: [
            ("metadata.name", "voting-7d9c5b6f4-x2x9z"), ("metadata.namespace", "emojivoto"), ("metadata.uid", podUID),
            ("metadata.labels['app']", "voting"), ("metadata.labels['none']", ""),
            ("metadata.annotations['example.com/a']", "b"), ("spec.nodeName", "node-7"), ("spec.host", "node-7"),
            ("spec.serviceAccountName", "voting"), ("status.hostIP", "10.0.0.7"), ("status.hostIPs", "10.0.0.7"),
            ("status.podIP", "10.244.1.5"), ("status.podIPs", "10.244.1.5,fd00::5"), ("metadata.labels", nil),
            ("metadata.labels['app'", nil), ("metadata.labels[']", nil), ("metadata.labels['']", ""),
            ("status.phase", nil),
            ("", nil),
        ] as [(String, String?)])
    func `has the value that the kubelet gives it`(path: String, value: String?) throws {
        let pod = try samplePod(annotations: ["example.com/a": "b"], labels: ["app": "voting"])
        #expect(pod.value(ofField: path) == value)
    }

    @Test(arguments: ["status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"])
    func `has none before the pod has an address`(path: String) throws {
        #expect(try samplePod(status: "").value(ofField: path) == nil)
    }

    @Test(
        arguments: [
            ("limits.cpu", "1", "2"), ("limits.cpu", "1m", "1500"), ("limits.cpu", "0", "2"),
            ("limits.cpu", "100m", "15"),
            ("limits.memory", "1", "134217728"), ("limits.memory", "1Mi", "128"), ("limits.memory", "0", "134217728"),
            ("requests.cpu", "1m", "100"), ("requests.memory", "1", "0"), ("requests.ephemeral-storage", "1Gi", "2"),
            ("limits.ephemeral-storage", "1", nil), ("limits", "1", nil), ("cpu", "1", nil), ("other.cpu", "1", nil),
            ("limits.cpu", "nonsense", nil), ("limits.cpu", "-1", nil), ("limits.hugepages-2Mi", "1", nil),
        ] as [(String, String, String?)])
    func `may be a resource of a container`(resource: String, divisor: String, value: String?) throws {
        let pod: Pod = try KubernetesJSON.decode(
            from: """
                {"metadata":{},"spec":{"containers":[{"name":"app","resources":{
                 "limits":{"cpu":"1500m","memory":"128Mi","hugepages-2Mi":"-8Ei"},
                 "requests":{"cpu":"100m","ephemeral-storage":"1100Mi"}}}]}}
                """.utf8)
        #expect(pod.value(ofResource: resource, container: "app", divisor: divisor) == value)
        #expect(pod.value(ofResource: resource, container: "web", divisor: divisor) == nil)
    }
}
