import TestSupport
import Testing

/// One of many pods, with its process.
private final class ScaledPod {
    let number: Int
    let containerID = RunningContainer.newID()
    private var process: PodProcess?

    init(number: Int) { self.number = number }

    var name: String { "front-\(number)" }
    private var uid: String { "5c1d2e3f-0a1b-4c2d-8e3f-\(100_000_000_000 + number)" }

    /// As the API server has it, container status included.
    var json: String {
        """
        {"kind": "Pod", "metadata": {"name": "\(name)", "namespace": "shop", "uid": "\(uid)", "annotations": \
        {"instrumentation.opentelemetry.io/inject-go": "true"}}, "spec": {"nodeName": "node-1", "containers": \
        [{"name": "front"}]}, "status": {"containerStatuses": [{"name": "front", "containerID": \
        "containerd://\(containerID)"}]}}
        """
    }

    /// Returns when it listens.
    func start(_ binary: String, _ arguments: [String] = []) throws {
        process = try PodProcess(binary: binary, arguments: arguments, uid: uid, containerID: containerID)
    }

    /// Requests that tell whose they are.
    func request(_ count: Int) throws {
        guard let port = process?.server.port else { return }
        for _ in 0..<count { try get("/hello?\(name)", port) }
    }
}

extension EndToEnd {
    @Suite struct `An agent with many processes` {
        @Test func `arms each executable once, and loses no request of one more that runs it`() throws {
            let cluster = try ClusterStandIn()
            var collector = try Collector()
            var agent = try RunningAgent(
                "apiVersion: nodespan/v1\ndestinations: [{name: near, endpoint: \"\(collector.url)\"}]\n",
                options: ["--kubeconfig", cluster.kubeconfig(), "--node-name", "node-1"])
            let program = try GoToolchain.newest.build("httpserver", mode: .stripped)
            let binaries = try (0..<5).map { try agent.install(program, as: "server\($0)") }
            let pods = (0...200).map(ScaledPod.init)
            try cluster.control(
                """
                {"apply": [{"kind": "Instrumentation", "metadata": {"name": "go", "namespace": "shop"}, "spec": {}}]}
                """)
            // No argument of a command is longer than 128 KiB.
            for start in stride(from: 0, to: pods.count, by: 100) {
                let some = pods[start...].prefix(100).map(\.json)
                try cluster.control("{\"apply\": [\(some.joined(separator: ","))]}")
            }
            let last = pods[200]
            for pod in pods.dropLast() { try pod.start(binaries[pod.number % binaries.count]) }
            try agent.wait(for: "(pid ", count: 200)
            for pod in pods.dropLast() { try pod.request(1) }
            // Nobody waits for the agent here; but no program serves in its first few milliseconds.
            try last.start(binaries[0], ["-after", "20ms"])
            try last.request(5)
            try agent.wait(for: "(pid ", count: 201)
            let armed = try ArmedSites(of: agent.pid).files
            let trace = try agent.stop()

            let spans = try collector.requests(atLeast: 1).flatMap(\.spans).map(\.span)
            #expect(spans.count == 205 && trace.summary.begun == 205 && trace.summary.isBalanced, "\(trace.errors)")
            let isOwn = spans.allSatisfy { $0["attributes"]?["url.query"] == $0["resource"]?["k8s.pod.name"] }
            #expect(isOwn)
            #expect(Set(spans.compactMap { $0["resource"]?["k8s.pod.name"] }).count == 201)
            #expect(armed == binaries.count)
        }
    }
}
