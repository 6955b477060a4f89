import Glibc
import OTLP
import TestSupport
import Testing

@testable import Agent
@testable import Workloads

@Suite struct `Where a workload has its spans sent` {
    private struct Found {
        let destination: DestinationSetting?
        let problems: [WishProblem]

        var receiver: Receiver? { destination?.target.receiver }
    }

    private func find(
        _ own: [String: String], process: ProcessHandle?, namespace: String? = "shop", isOperators: Bool = false,
        near: Bool = true
    ) throws -> Found {
        let instrumentation = try SampleObjects.instrumentation("")
        let settings = WorkloadSettings(instrumentation, own: own)
        var configuration = AgentConfiguration()
        if near {
            configuration.destinations = [
                DestinationSetting(
                    name: "near", target: .receiver(Receiver(endpoint: try OTLPEndpoint("http://near:4318"))))
            ]
        }
        var problems: [WishProblem] = []
        let destination = DestinationWish(
            settings: settings, variables: ExporterVariables(settings.environment), process: process,
            namespace: namespace, isOperators: isOperators
        ).destination(by: configuration) { problems.append($0) }
        return Found(destination: destination, problems: problems)
    }

    /// One that waits in a network of its own.
    private func isolated() throws -> ChildProcess {
        let child = try ChildProcess([
            "/usr/bin/env", "unshare", "--net", "sh", "-c", "echo ready; exec sleep 60",
        ])
        var printed = GatheredOutput(of: child)
        printed.gather(for: .seconds(20)) { $0.outputLines > 0 }
        try #require(printed.outputText.contains("ready"), "\(printed.errorText)")
        return child
    }

    private let variable = "OTEL_EXPORTER_OTLP_ENDPOINT"

    @Test func `is its own loopback, in its own network, for all that share that`() throws {
        let child = try isolated()
        let other = try isolated()
        let endpoint = [variable: "http://localhost:4317"]
        let first = try find(endpoint, process: ProcessHandle(pid: child.pid))
        #expect(first.problems.isEmpty)
        let receiver = try #require(first.receiver)
        #expect(receiver.network != nil && receiver.endpoint.url == "http://localhost:4317")
        #expect(first.destination?.policy == AddressPolicy(loopback: .only, isPods: true))
        let again = try find(endpoint, process: ProcessHandle(pid: child.pid))
        #expect(again.destination == first.destination && again.destination?.pipeline == first.destination?.pipeline)
        let elsewhere = try find(endpoint, process: ProcessHandle(pid: other.pid))
        #expect(elsewhere.receiver?.network != nil && elsewhere.destination?.pipeline != first.destination?.pipeline)
        // What isn't loopback is reached from here.
        let service = try find([variable: "http://collector:4318"], process: ProcessHandle(pid: child.pid))
        #expect(service.receiver?.network == nil)
        #expect(service.destination?.policy == AddressPolicy(loopback: .forbidden, isPods: true))
    }

    @Test func `is this machine's loopback where it shares that`() throws {
        let found = try find([variable: "http://127.1:4318"], process: ProcessHandle(pid: getpid()))
        #expect(found.receiver?.network == nil && found.receiver?.endpoint.url == "http://127.0.0.1:4318/v1/traces")
        #expect(found.destination?.policy == AddressPolicy(loopback: .shared, isPods: true))
        let host = try find([variable: "http://a:1"], process: ProcessHandle(pid: getpid()), namespace: nil)
        #expect(host.destination?.policy == AddressPolicy(loopback: .shared, isPods: false))
    }

    @Test func `is not the loopback of one that has ended`() throws {
        var child = try isolated()
        let handle = try ProcessHandle(pid: child.pid)
        child.kill()
        _ = child.wait()
        for process in [handle, nil] {
            let found = try find([variable: "http://localhost:4318"], process: process)
            #expect(found.destination?.name == "near")
            guard case .destination(.loopback, instead: "near") = found.problems.first else {
                Issue.record("\(found.problems)")
                continue
            }
        }
    }

    @Test func `is judged as the operator's where the operator says it`() throws {
        let found = try find(
            [variable: "unix:/run/otel.sock"], process: ProcessHandle(pid: getpid()), isOperators: true)
        #expect(found.receiver?.endpoint.socketPath == "/run/otel.sock" && found.destination?.policy == nil)
        let own = try find([variable: "unix:/run/otel.sock"], process: ProcessHandle(pid: getpid()))
        #expect(own.destination?.name == "near" && own.problems == [.destination(.socket, instead: "near")])
    }

    @Test func `has all that is asked for of the receiver`() throws {
        let found = try find(
            [
                variable: "http://collector:4318", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/json",
                "OTEL_EXPORTER_OTLP_TIMEOUT": "300", "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip",
                "OTEL_EXPORTER_OTLP_HEADERS": "a=1", "OTEL_BSP_SCHEDULE_DELAY": "250",
            ], process: nil)
        let receiver = try #require(found.receiver)
        #expect(receiver.endpoint.url == "http://collector.shop:4318/v1/traces")
        #expect(try receiver.endpoint.protocol == .httpJSON && receiver.headers == [OTLPHeader("a=1")])
        #expect(receiver.timeout == .milliseconds(300) && receiver.compression == .gzip)
        #expect(found.destination?.batch == BatchLimits(age: .milliseconds(250)) && found.problems.isEmpty)
    }

    @Test func `isn't shown files of OTLP's where it is Zipkin's`() throws {
        let environment = [
            "OTEL_TRACES_EXPORTER": "zipkin", "OTEL_EXPORTER_ZIPKIN_ENDPOINT": "https://zipkin.x/api/v2/spans",
            "OTEL_EXPORTER_OTLP_CERTIFICATE": "/nowhere",
        ]
        let found = try find(environment, process: ProcessHandle(pid: getpid()))
        #expect(try #require(found.receiver).tls == nil && found.problems.isEmpty)
    }

    @Test(arguments: ["OTEL_SDK_DISABLED", "OTEL_TRACES_EXPORTER"])
    func `is nowhere where it wants no traces`(name: String) throws {
        let value = name == "OTEL_SDK_DISABLED" ? "true" : "none"
        let found = try find([variable: "http://collector:4318", name: value], process: nil)
        #expect(found.destination == nil && found.problems == [.declined(variable: name)])
        #expect("\(found.problems)".contains(name))
    }

    @Test func `is the operator's where it wants them in its output`() throws {
        let environment = ["OTEL_TRACES_EXPORTER": "console", variable: "http://collector:4318"]
        let found = try find(environment, process: nil)
        #expect(found.destination?.name == "near")
        #expect(found.problems == [.destination(.console, instead: "near")])
        let nowhere = try find(environment, process: nil, near: false)
        #expect(nowhere.destination == nil && nowhere.problems == [.destination(.console, instead: nil)])
    }
}
