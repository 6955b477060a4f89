import Testing

@testable import Spans

@Suite struct `What the operator says of a resource` {
    private func resource(_ overrides: ResourceOverrides, environment: String = "", name: String? = nil) -> Resource {
        ProcessResource(
            ProcessFacts(
                pid: 7, executablePath: "/srv/app", serviceNameVariable: name, resourceAttributesVariable: environment),
            host: HostFacts(name: "node-1", machine: "x86_64"), overrides: overrides, version: "1"
        ).resource
    }

    @Test func `goes before what the process says and what is measured, each key once`() throws {
        let overrides = try ResourceOverrides(serviceName: nil, attributes: ["a=1,host.name=other", "b=x%20y", "a=2"])
        let attributes = resource(overrides, environment: "a=env,c=env,host.name=env").attributes
        #expect(attributes["a"] == .string("2") && attributes["b"] == .string("x y"))
        #expect(attributes["c"] == .string("env") && attributes["host.name"] == .string("other"))
        #expect(Set(attributes.map(\.key)).count == attributes.count)
    }

    @Test(
        arguments: [
            ("flag", ["service.name=text"], "flag"), (nil, ["service.name=text"], "text"), (nil, [], "env"),
        ] as [(String?, [String], String)])
    func `names the service`(flag: String?, texts: [String], expected: String) throws {
        let overrides = try ResourceOverrides(serviceName: flag, attributes: texts)
        let made = resource(overrides, environment: "service.name=other", name: "env")
        #expect(made.serviceName == expected)
        #expect(made.attributes.first?.key == "service.name")
    }

    @Test(
        arguments: [
            (nil, ["a"], .invalid(.missingEquals("a"))), (nil, ["=b"], .invalid(.emptyKey("=b"))),
            (nil, ["a=%zz"], .invalid(.invalidEncoding("a=%zz"))), (nil, ["process.pid=1"], .measured("process.pid")),
            (nil, ["telemetry.sdk.name=x"], .measured("telemetry.sdk.name")), ("", [], .noServiceName),
            (nil, ["service.name="], .noServiceName),
        ] as [(String?, [String], ResourceOverrideError)])
    func `is refused when it makes no sense`(name: String?, texts: [String], error: ResourceOverrideError) {
        #expect(throws: error) { try ResourceOverrides(serviceName: name, attributes: texts) }
    }
}

@Suite struct `The machine` {
    @Test func `is described by the conventions`() {
        let host = HostFacts(
            name: "node-1", id: "abc", machine: "aarch64",
            osRelease: ["NAME": "Debian GNU/Linux", "VERSION_ID": "12", "PRETTY_NAME": "Debian 12"])
        #expect(
            host.attributes == [
                Attribute("host.name", .string("node-1")), Attribute("host.id", .string("abc")),
                Attribute("host.arch", .string("arm64")), Attribute("os.type", .string("linux")),
                Attribute("os.description", .string("Debian 12")), Attribute("os.name", .string("Debian GNU/Linux")),
                Attribute("os.version", .string("12")),
            ])
    }

    @Test func `leaves out what isn't known`() {
        #expect(HostFacts(name: "").attributes == [Attribute("os.type", .string("linux"))])
    }

    @Test(arguments: [
        ("A=b", "b"), ("A=\"b c\"", "b c"), ("A='b \"c\"'", "b \"c\""), ("A=\"b \\\"c\\\\\"", "b \"c\\"), ("A=", ""),
        ("A=b # no", "b"), ("# A=x\nA=b", "b"), ("A=x\nA=b\n", "b"), ("A=\"b", "b"), ("A=b\\", "b\\"),
    ])
    func `is read from os-release`(text: String, value: String) {
        #expect(OSRelease.variables(in: text) == ["A": value])
    }

    @Test(arguments: ["", "\n\n", "A", "#A=b"]) func `may say nothing`(text: String) {
        #expect(OSRelease.variables(in: text).isEmpty)
    }
}
