import Spans
import Testing
import Workloads

/// What Kubernetes asks for, read as the environment of a process is.
@Suite struct `The settings of a pod's process` {
    private func settings(own: [String: String], sampler: String, image: String = "app:v1") throws -> WorkloadSettings {
        let pod: Pod = try KubernetesJSON.decode(
            from: """
                {"metadata":{"name":"web-0","namespace":"shop","uid":"u","annotations":{
                 "instrumentation.opentelemetry.io/inject-go":"go","resource.opentelemetry.io/team":"a,b=c %20\u{e9}"}},
                 "spec":{"nodeName":"node-7","containers":[{"name":"web","image":"\(image)"}]},
                 "status":{"hostIP":"10.0.0.7","podIP":"10.244.1.5"}}
                """.utf8)
        let instrumentation: Instrumentation = try KubernetesJSON.decode(
            from: #"{"metadata":{"name":"go","namespace":"shop"},"spec":{"sampler":\#(sampler)}}"#.utf8)
        let wishes = PodWishes(pod: pod, namespace: nil, instrumentations: [instrumentation])
        return WorkloadSettings(
            try #require(wishes.wishes.first), pod: pod,
            owners: WorkloadOwners(of: pod, needsUIDs: false) { _ in nil }, own: own)
    }

    private func resource(_ environment: [String: String]) throws -> Resource {
        let made = ProcessResource(
            ProcessFacts(
                pid: 42, executablePath: "/srv/app", serviceNameVariable: environment["OTEL_SERVICE_NAME"],
                resourceAttributesVariable: environment["OTEL_RESOURCE_ATTRIBUTES"]),
            version: "1")
        #expect(made.warnings.isEmpty)
        return made.resource
    }

    @Test func `make its resource`() throws {
        let attributes = try resource(settings(own: [:], sampler: "{}").environment).attributes
        let expected = [
            "service.name": "web-0", "service.version": "v1", "service.instance.id": "shop.web-0.web",
            "service.namespace": "shop", "k8s.namespace.name": "shop", "k8s.pod.name": "web-0",
            "k8s.container.name": "web", "k8s.node.name": "node-7", "team": "a,b=c %20\u{e9}",
        ]
        for (key, value) in expected { #expect(attributes[key] == .string(value)) }
        #expect(attributes["process.pid"] == .int(42))
    }

    private static let prefix = "OTEL_EXPORTER_OTLP"

    /// Of a rule's Instrumentation, and of what a program says itself.
    @Test(
        arguments: [
            ([:], nil), (["\(prefix)_TIMEOUT": "1", "HOST": "h"], nil),
            (["\(prefix)_ENDPOINT": "https://mine"], "\(prefix)_ENDPOINT"),
            (["\(prefix)_TRACES_ENDPOINT": "https://mine"], "\(prefix)_TRACES_ENDPOINT"),
            (["\(prefix)_INSECURE": "true"], "\(prefix)_INSECURE"),
            (["\(prefix)_CERTIFICATE": "/mine"], "\(prefix)_CERTIFICATE"),
            (["TEAM": "evil.x/"], "\(prefix)_ENDPOINT"),
        ] as [([String: String], String?)])
    func `hold an Instrumentation's secrets only for whom that names`(own: [String: String], choosing: String?) throws {
        let instrumentation: Instrumentation = try KubernetesJSON.decode(
            from: """
                {"metadata":{"name":"go","namespace":"other"},"spec":{
                 "exporter":{"endpoint":"https://$(PLACE)collector","tls":{"cert_file":"/c","key_file":"/k"}},
                 "env":[{"name":"PLACE","value":"$(TEAM)"},{"name":"\(Self.prefix)_HEADERS","value":"token=secret"}]}}
                """.utf8)
        let settings = WorkloadSettings(instrumentation, own: own)
        let secrets = ["HEADERS", "CLIENT_KEY", "CLIENT_CERTIFICATE"].map { "\(Self.prefix)_\($0)" }
        for name in secrets { #expect((settings.environment[name] != nil) == (choosing == nil)) }
        #expect(
            settings.notices
                == secrets.flatMap { name in choosing.map { [.withheld(variable: name, choosing: $0)] } ?? [] })
        // What it says itself goes where it says.
        let mine = WorkloadSettings(instrumentation, own: own.merging([secrets[0]: "mine=1"]) { $1 })
        #expect(mine.environment[secrets[0]] == "mine=1")
        #expect(!"\(settings.notices)".contains("token"))
    }

    @Test func `leave what it says itself`() throws {
        let own = ["OTEL_RESOURCE_ATTRIBUTES": "service.name=own, team=mine%21,k8s.container.name=c,k8s.pod.name=p"]
        let attributes = try resource(settings(own: own, sampler: "{}").environment).attributes
        let expected = [
            "service.name": "own", "team": "mine!", "k8s.container.name": "c", "k8s.pod.name": "web-0",
            "k8s.node.name": "node-7",
        ]
        for (key, value) in expected { #expect(attributes[key] == .string(value)) }
    }

    @Test(arguments: ["nonsense", "a=%zz", String(repeating: "a=b,", count: 3000)])
    func `don't suffer from what it says wrongly`(own: String) throws {
        let attributes = try resource(settings(own: ["OTEL_RESOURCE_ATTRIBUTES": own], sampler: "{}").environment)
            .attributes
        #expect(attributes["k8s.pod.name"] == .string("web-0") && attributes["a"] == nil)
    }

    @Test(
        arguments: [
            (#"{"type":"always_off"}"#, .alwaysOff, 1), (#"{"type":"always_on","argument":"0.5"}"#, .alwaysOn, 1),
            (#"{"type":"parentbased_traceidratio","argument":"0.25"}"#, .parentBasedTraceIDRatio, 0.25),
            (#"{"type":"traceidratio","argument":"7"}"#, .traceIDRatio, 1),
            (#"{"type":"jaeger_remote","argument":"initialSamplingRate=0.5"}"#, .jaegerRemote, 1),
            (#"{"type":"xray"}"#, .parentBasedAlwaysOn, 1), ("{}", .parentBasedAlwaysOn, 1),
        ] as [(String, Sampler.Name, Double)])
    func `have a sampler that there is`(spec: String, name: Sampler.Name, ratio: Double) throws {
        let environment = try settings(own: [:], sampler: spec).environment
        let sampler = try environment["OTEL_TRACES_SAMPLER"].map {
            try Sampler(name: $0, argument: environment["OTEL_TRACES_SAMPLER_ARG"])
        }
        #expect((sampler ?? .standard).name == name && (sampler ?? .standard).ratio == ratio)
    }
}
