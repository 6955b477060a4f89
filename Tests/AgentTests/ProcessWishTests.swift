import Glibc
import OTLP
import Spans
import Testing

@testable import Agent
@testable import Workloads

@Suite struct `What is to be done with a process` {
    private struct Asked {
        let wish: ProcessWish
        let problems: [WishProblem]
        let pod: PodReference
    }

    /// By its pod.
    private func ask(own: [String: String] = [:], spec: String = "") throws -> Asked {
        let pod = try SampleObjects.pod()
        let instrumentation = try SampleObjects.instrumentation(
            #""exporter":{"endpoint":"http://collector:4318"}\#(spec)"#)
        let wishes = PodWishes(pod: pod, namespace: nil, instrumentations: [instrumentation])
        let answer = ClusterState.Answer(
            pod: pod, container: "web", outcome: wishes.outcome(of: "web"), misnamed: [],
            owners: WorkloadOwners(of: pod, needsUIDs: false) { _ in nil }, values: [:], isPending: false)
        let groups = ControlGroups("0::/kubepods/podu/\(String(repeating: "a", count: 64))\n".utf8)
        let process = ContainedProcess(
            identity: try #require(ContainerIdentity(groups, mounts: nil)), programPath: "/app", environment: own,
            sandbox: nil)
        var problems: [WishProblem] = []
        var configuration = AgentConfiguration()
        configuration.destinations = [
            DestinationSetting(
                name: "near", target: .receiver(Receiver(endpoint: try OTLPEndpoint("http://near:4318"))))
        ]
        let wish = ProcessWish(of: process, in: answer, by: configuration) { problems.append($0) }
        return Asked(wish: try #require(wish), problems: problems, pod: pod.reference)
    }

    private let variable = "OTEL_EXPORTER_OTLP_HEADERS"

    @Test func `has no half of a header`() throws {
        // The limit is within the value of one.
        let headers = (0..<900).map { "h\($0)=01234" }.joined(separator: ",")
        let cut = try ask(own: [variable: headers])
        let taken = try #require(cut.wish.destination?.target.receiver).headers
        #expect(taken == (0..<754).compactMap { try? OTLPHeader("h\($0)=01234") })
        #expect(cut.problems == [.headersTooLong(limit: 8192)])

        let exact = "a=" + String(repeating: "x", count: 8190)
        #expect(try ask(own: [variable: exact]).problems.isEmpty)
        let one = try ask(own: [variable: exact + ",b=1"])
        #expect(one.wish.destination?.target.receiver?.headers.map(\.name) == ["a"])
        #expect(one.problems == [.headersTooLong(limit: 8192)])
        #expect(try ask(own: [variable: exact + "x"]).wish.destination?.target.receiver?.headers == [])
    }

    @Test func `has few problems, and the number of the others`() throws {
        let unread = (0..<40).map { number in
            #"{"name":"OTEL_\#(number)","valueFrom":{"secretKeyRef":{"name":"s","key":"k\#(number)"}}}"#
        }
        let asked = try ask(spec: #","env":[\#(unread.joined(separator: ","))]"#)
        #expect(asked.problems.count == 17)
        #expect(asked.problems.last == .more(24))
        #expect(asked.problems.last?.event(on: asked.pod)?.note.contains("24 more") == true)
    }

    @Test func `shows no values to those who may look at a pod`() throws {
        let asked = try ask(own: [
            "OTEL_TRACES_SAMPLER": "s3cret", "OTEL_PROPAGATORS": "s3cret", "OTEL_RESOURCE_ATTRIBUTES": "s3cret",
            "OTEL_EXPORTER_OTLP_PROTOCOL": "s3cret", "OTEL_EXPORTER_OTLP_TIMEOUT": "s3cret",
            "OTEL_EXPORTER_OTLP_COMPRESSION": "s3cret", variable: "s3cret=\u{1}",
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector.observability:4318/s3cret?s3cret",
        ])
        let ratio = try ask(own: ["OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "s3cret"])
        let header = try ask(own: [variable: "s3cret=\u{1}"])
        for asked in [asked, ratio, header] {
            #expect(asked.problems.contains { "\($0)".contains("s3cret") })
            let notes = asked.problems.compactMap { $0.event(on: asked.pod)?.note }
            #expect(notes.count == asked.problems.count && !notes.contains { $0.contains("s3cret") }, "\(notes)")
        }
        #expect(asked.problems.count == 8, "\(asked.problems)")
        let sampler = WishProblem.sampler(.unknownName("s3cret"))
        #expect(sampler.event(on: asked.pod)?.note.contains("s3cret") == false)
    }

    @Test func `is sent to no address that its host must not have, unless the operator has named it`() throws {
        #expect(try ask().wish.destination?.policy == AddressPolicy(loopback: .forbidden, isPods: true))
        let process = try #require(LiveProcess(pid: getpid(), ports: ListeningPorts()))
        func policy(_ endpoint: String) throws -> AddressPolicy? {
            let instrumentation: Instrumentation = try KubernetesJSON.decode(
                from: """
                    {"metadata":{"name":"go"},"spec":{"exporter":{"endpoint":"\(endpoint)"},
                     "env":[{"name":"OTEL_HOST","value":"collector"}]}}
                    """.utf8)
            var configuration = AgentConfiguration()
            configuration.rules = [
                TraceRule(
                    name: "all", match: ProcessMatch(),
                    instrumentation: NamedInstrumentation(place: "a.yaml#go", resource: instrumentation))
            ]
            let wish = ProcessWish(of: process, by: configuration) { _ in }
            return try #require(wish?.destination).policy
        }
        #expect(try policy("http://collector:4318") == nil)
        let own = try policy("http://$(OTEL_HOST):4318")
        #expect(own == AddressPolicy(loopback: .shared, isPods: false))
        #expect(own?.refusal(of: "127.0.0.1") == nil && own?.refusal(of: "10.0.0.7") == nil)
        #expect(own?.refusal(of: "169.254.169.254")?.contains("link-local") == true)
    }

    private func sampler(_ argument: String) throws -> Asked {
        try ask(own: [
            "OTEL_TRACES_SAMPLER": "jaeger_remote", "OTEL_TRACES_SAMPLER_ARG": argument, "OTEL_SERVICE_NAME": "a b",
        ])
    }

    @Test func `is sampled as a server says that its pod may ask`() throws {
        let asked = try sampler("endpoint=http://jaeger:5778,pollingIntervalMs=5000,initialSamplingRate=0.5")
        #expect(asked.problems.isEmpty)
        #expect(asked.wish.sampling.sampler.decisions == SamplingDecisions(wherever: .ratio(0.5)))
        let source = try #require(asked.wish.sampling.source)
        #expect(source.url == "http://jaeger.shop:5778/sampling?service=a%20b")
        #expect(source.policy == AddressPolicy(loopback: .forbidden, isPods: true))
    }

    @Test(arguments: [
        ("endpoint=http://localhost:5778,initialSamplingRate=0.25", "loopback"),
        ("endpoint=http://169.254.169.254,initialSamplingRate=0.25", "link-local"),
        ("endpoint=http://jaeger:14250,initialSamplingRate=0.25", "gRPC"), ("initialSamplingRate=0.25", "no endpoint"),
    ])
    func `keeps the initial rate where nobody is asked, and says why`(argument: String, words: String) throws {
        let asked = try sampler(argument)
        #expect(asked.wish.sampling.source == nil)
        #expect(asked.wish.options(outlet: .only).sampler.decisions.root == .ratio(0.25))
        let told = asked.problems.map { "\($0)" }
        #expect(told.count == 1 && told[0].contains(words) && told[0].contains("0.25"), "\(told)")
    }

    @Test func `has problems with limits and samplers' arguments, whose values not all may see`() throws {
        let asked = try ask(own: [
            "OTEL_SPAN_EVENT_COUNT_LIMIT": "s3cret", "OTEL_TRACES_SAMPLER": "jaeger_remote",
            "OTEL_TRACES_SAMPLER_ARG": "endpoint=http://jaeger:5778,s3cret=1",
        ])
        #expect(asked.problems.count == 2 && asked.problems.allSatisfy { "\($0)".contains("s3cret") })
        let notes = asked.problems.compactMap { $0.event(on: asked.pod)?.note }
        #expect(notes.count == 2 && !notes.contains { $0.contains("s3cret") }, "\(notes)")
    }

    @Test func `has the limits of its rule, or else the configuration's`() throws {
        let process = try #require(LiveProcess(pid: getpid(), ports: ListeningPorts()))
        var configuration = AgentConfiguration()
        configuration.destinations = [
            DestinationSetting(
                name: "near", target: .receiver(Receiver(endpoint: try OTLPEndpoint("http://near:4318"))))
        ]
        configuration.limits.spansPerSecond = 7
        configuration.rules = [TraceRule(name: "all", match: ProcessMatch(), destination: "near")]
        func limits() -> TracingLimits? {
            ProcessWish(of: process, by: configuration) { _ in }?.options(outlet: .only).limits
        }
        #expect(limits()?.spansPerSecond == 7)
        configuration.rules[0].limits = TracingLimits()
        #expect(limits() == TracingLimits.none)
    }
}
