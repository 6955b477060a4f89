import Testing

@testable import Spans

@Suite struct ProcessResourceTests {
    @Test func factsBecomeAttributes() {
        let made = ProcessResource(
            ProcessFacts(pid: 42, executablePath: "/usr/bin/prometheus", commandName: "prom", goVersion: "go1.24.11"),
            version: "0.1.0")
        #expect(made.warnings.isEmpty)
        #expect(
            made.resource.attributes == [
                Attribute("service.name", .string("prometheus")),
                Attribute("process.pid", .int(42)),
                Attribute("process.executable.name", .string("prometheus")),
                Attribute("process.executable.path", .string("/usr/bin/prometheus")),
                Attribute("process.runtime.name", .string("go")),
                Attribute("process.runtime.version", .string("go1.24.11")),
                Attribute("telemetry.sdk.name", .string("nodespan")),
                Attribute("telemetry.sdk.language", .string("go")),
                Attribute("telemetry.sdk.version", .string("0.1.0")),
                Attribute("telemetry.distro.name", .string("nodespan")),
                Attribute("telemetry.distro.version", .string("0.1.0")),
            ])
    }

    @Test(
        arguments: [
            ("svc", "service.name=other", "svc"), (nil, "service.name=other", "other"),
            ("", "service.name=other", "other"),
            (nil, "service.name=", "app"), (nil, nil, "app"), ("", "", "app"),
        ] as [(String?, String?, String)])
    func theServiceNameIsTheFirstThatIsSet(name: String?, attributes: String?, expected: String) {
        let made = ProcessResource(
            ProcessFacts(
                pid: 1, executablePath: "/srv/app", serviceNameVariable: name, resourceAttributesVariable: attributes),
            version: "1")
        #expect(made.resource.serviceName == expected)
    }

    @Test func theExecutablesNameIsFoundWhateverIsKnown() {
        func name(_ path: String?, _ command: String?) -> String {
            ProcessResource(ProcessFacts(pid: 1, executablePath: path, commandName: command), version: "1")
                .resource.serviceName
        }
        #expect(name("/srv/app (deleted)", "x") == "app")
        #expect(name(nil, "comm") == "comm")
        #expect(name(nil, nil) == "unknown_service:go")
    }

    @Test func whatIsMeasuredGoesBeforeWhatIsClaimed() {
        let resource = ProcessResource(
            ProcessFacts(
                pid: 7, resourceAttributesVariable: "process.pid=1,telemetry.sdk.name=x,deployment.environment.name=eu"),
            version: "1"
        ).resource
        #expect(resource.attributes["process.pid"] == .int(7))
        #expect(resource.attributes["telemetry.sdk.name"] == .string("nodespan"))
        #expect(resource.attributes["deployment.environment.name"] == .string("eu"))
        #expect(Set(resource.attributes.map(\.key)).count == resource.attributes.count)
    }

    @Test func aBrokenVariableIsIgnoredWholeAndReported() {
        let made = ProcessResource(
            ProcessFacts(pid: 1, executablePath: "/a/b", resourceAttributesVariable: "good=1,bad=%zz"), version: "1")
        #expect(made.warnings == [.invalidEncoding("bad=%zz")])
        #expect(made.resource.attributes["good"] == nil)
        #expect(made.resource.serviceName == "b")
    }
}

extension ProcessResourceTests {
    @Test func whatIsTooLongIsIgnoredAndReported() {
        func made(name: Int, attributes: Int) -> ProcessResource {
            ProcessResource(
                ProcessFacts(
                    pid: 1, executablePath: "/a/b", serviceNameVariable: String(repeating: "n", count: name),
                    resourceAttributesVariable: "k=" + String(repeating: "v", count: attributes - 2)),
                version: "1")
        }
        #expect(made(name: 1024, attributes: 8192).warnings.isEmpty)
        let tooLong = made(name: 1025, attributes: 8193)
        #expect(
            tooLong.warnings == [
                .tooLong(variable: "OTEL_RESOURCE_ATTRIBUTES", size: 8193, limit: 8192),
                .tooLong(variable: "OTEL_SERVICE_NAME", size: 1025, limit: 1024),
            ])
        #expect(tooLong.resource.serviceName == "b")
        #expect(tooLong.resource.attributes["k"] == nil)
    }

    @Test func warningsCarryNoControlSequence() {
        let member = "\u{1b}[2J" + String(repeating: "x", count: 8000)
        let text = ResourceVariableError.missingEquals(member).description
        #expect(text.contains("␛[2Jxxx"))
        #expect(text.count < 140)
    }
}

@Suite struct ResourceVariableTests {
    @Test(
        arguments: [
            ("", []), ("a=1", ["a", "1"]), (" a = 1 ,\tb=2", ["a", "1", "b", "2"]), ("a=1,", ["a", "1"]),
            ("a=x%2Cy%3D%20z", ["a", "x,y= z"]), ("%6bey=%E2%82%AC", ["key", "€"]),
            ("a=1,b=2,a=3", ["b", "2", "a", "3"]),
            ("a=", ["a", ""]), ("a=b=c", ["a", "b=c"]), ("a=\u{301}x", ["a", "\u{301}x"]),
        ] as [(String, [String])])
    func validTextsAreRead(text: String, expected: [String]) throws {
        #expect(try ResourceVariable.attributes(of: text).flatMap { [$0.key, $0.value] } == expected)
    }

    @Test(
        arguments: [
            ("a", .missingEquals("a")), ("a=1,b", .missingEquals("b")), ("=1", .emptyKey("=1")),
            ("a=%", .invalidEncoding("a=%")), ("a=%4", .invalidEncoding("a=%4")), ("a=%ff", .invalidEncoding("a=%ff")),
        ] as [(String, ResourceVariableError)])
    func invalidTextsAreRefused(text: String, error: ResourceVariableError) {
        #expect(throws: error) { try ResourceVariable.attributes(of: text) }
    }
}
