import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite struct `The agent of a node` {
        private static let uid = "5c1d2e3f-0a1b-4c2d-8e3f-405162738495"
        private static let other = "6c1d2e3f-0a1b-4c2d-8e3f-405162738495"

        /// - Parameter containerID: "" before the container's status is known.
        private static func pod(
            _ name: String, uid: String, containerID: String, annotations: [String: String]
        ) -> String {
            let annotations = annotations.map { "\"\($0.key)\": \"\($0.value)\"" }.joined(separator: ",")
            return """
                {"kind": "Pod", "metadata": {"name": "\(name)", "namespace": "shop", "uid": "\(uid)",
                 "labels": {"pod-template-hash": "5c9f"}, "annotations": {\(annotations)},
                 "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "front-5c9f", "uid": "r"}]},
                 "spec": {"nodeName": "node-1", "containers": [{"name": "front", "image": "shop/front:1.2"}]},
                 "status": {"containerStatuses":
                 [{"name": "front", "containerID": "containerd://\(containerID)"}]}}
                """
        }

        private static func instrumentation(_ fields: String) -> String {
            """
            {"kind": "Instrumentation", "metadata": {"name": "go", "namespace": "shop"}, "spec": {\(fields)}}
            """
        }

        private static let wanted = ["instrumentation.opentelemetry.io/inject-go": "true"]

        @Test func `traces annotated pods and no others, as their Instrumentation says by now`() throws {
            let cluster = try ClusterStandIn()
            var collector = try Collector()
            var agent = try RunningAgent(
                "apiVersion: nodespan/v1\ndestinations: [{name: near, endpoint: \"\(collector.url)\"}]\n",
                options: ["--kubeconfig", cluster.kubeconfig(), "--node-name", "node-1"])
            let binary = try agent.install(GoToolchain.newest.build("httpserver", mode: .stripped), as: "server")
            let front = try PodProcess(binary: binary, uid: Self.uid)
            let back = try PodProcess(binary: binary, uid: Self.other)
            let bare = try FixtureServer(binary: binary)
            func apply(_ objects: String...) throws {
                try cluster.control("{\"apply\": [\(objects.joined(separator: ","))]}")
            }
            // The pod's own loopback is not this machine's: what is said of it goes to the agent's destination instead.
            let endpoint = "\"exporter\": {\"endpoint\": \"http://localhost:4318\"}"
            try apply(
                Self.instrumentation(endpoint),
                Self.pod("front-1", uid: Self.uid, containerID: front.containerID, annotations: Self.wanted),
                Self.pod("back-1", uid: Self.other, containerID: back.containerID, annotations: [:]))
            try agent.wait(for: "(pid \(front.server.pid), ")
            for port in [front.server.port, back.server.port, bare.port] { try get("/hello?first", port) }
            _ = try collector.requests(atLeast: 1)

            try apply(
                Self.instrumentation(
                    "\(endpoint), \"resource\": {\"resourceAttributes\": {\"team\": \"x\"}}"))
            try agent.wait(for: "process \(front.server.pid) is traced by ")
            try get("/hello?second", front.server.port)
            try apply(Self.instrumentation("\(endpoint), \"sampler\": {\"type\": \"always_off\"}"))
            try agent.wait(for: "process \(front.server.pid) is traced by ", count: 2)
            try get("/hello?unsampled", front.server.port)

            // What is known counts on while nobody can be asked.
            try cluster.control("{\"answer\": 500, \"cut\": true}")
            try agent.wait(for: "pods: the API server answers 500")
            let late = try PodProcess(binary: binary, uid: Self.uid)
            try cluster.control("{\"answer\": 0}")
            try apply(Self.instrumentation(endpoint))
            try agent.wait(for: "process \(front.server.pid) is traced by ", count: 3)
            try apply(Self.pod("front-1", uid: Self.uid, containerID: late.containerID, annotations: Self.wanted))
            try agent.wait(for: "(pid \(late.server.pid), ")
            try get("/hello?late", late.server.port)

            try apply(Self.pod("front-1", uid: Self.uid, containerID: late.containerID, annotations: [:]))
            try agent.wait(for: "process \(late.server.pid) is traced no more")
            try get("/hello?unwanted", late.server.port)

            let trace = try agent.stop()
            let spans = try collector.requests(atLeast: 1).flatMap(\.spans).map(\.span)
            let queries = spans.compactMap { $0["attributes"]?["url.query"] }
            #expect(queries == ["first", "second", "late"].map(JSONValue.string), "\(trace.errors)")
            let first = try #require(spans.first?["resource"])
            let expected = [
                "service.name": "front", "service.namespace": "shop", "service.version": "1.2",
                "service.instance.id": "shop.front-1.front", "k8s.namespace.name": "shop", "k8s.pod.name": "front-1",
                "k8s.container.name": "front", "k8s.node.name": "node-1", "k8s.deployment.name": "front",
                "k8s.replicaset.name": "front-5c9f",
            ]
            for (key, value) in expected { #expect(first[key] == .string(value), "\(key)") }
            #expect(spans.map { $0["resource"]?["team"] } == [nil, .string("x"), nil])
            #expect(agent.count(of: "is the pod's own loopback") == 1)
            #expect(trace.summary.begun == 4 && trace.summary.unsampled == 1 && trace.summary.isBalanced)
        }

        @Test func `says on pods why they aren't traced as they ask, once, and how to mend it`() throws {
            let cluster = try ClusterStandIn()
            let collector = try Collector()
            var agent = try RunningAgent(
                "apiVersion: nodespan/v1\ndestinations: [{name: near, endpoint: \"\(collector.url)\"}]\n",
                options: ["--kubeconfig", cluster.kubeconfig(), "--node-name", "node-1"],
                hosts: "169.254.169.254 collector.test\n")
            // As the kernel tests have it.
            let go = try #require(GoToolchain.all.first { $0.minor == 24 })
            let plain = try PodProcess(
                binary: agent.install(go.build("httpserver", mode: .stripped), as: "server"), uid: Self.uid)
            let instrumented = try PodProcess(
                binary: agent.install(go.build("otelservice", mode: .stripped, gopath: "trixie"), as: "own"),
                arguments: Array(repeating: "127.0.0.1:9", count: 6), uid: Self.other,
                environment: ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector.shop:4318"])
            let prefix = "instrumentation.opentelemetry.io"
            func apply(_ objects: String...) throws {
                try cluster.control("{\"apply\": [\(objects.joined(separator: ","))]}")
            }
            try apply(
                Self.instrumentation("\"sampler\": {\"type\": \"xray\"}"),
                Self.pod(
                    "lost-1", uid: Self.uid, containerID: plain.containerID,
                    annotations: ["\(prefix)/inject-go": "nowhere", "\(prefix)/container-names": "front,typo"]),
                Self.pod(
                    "own-1", uid: Self.other, containerID: instrumented.containerID,
                    annotations: ["\(prefix)/inject-sdk": "true"]))
            let events = try cluster.events(atLeast: 4)
            func notes(_ pod: String) -> [JSONValue: JSONValue] {
                let own = events.filter { $0["regarding"]?["name"] == .string(pod) }
                return Dictionary(own.map { ($0["reason"] ?? .string(""), $0["note"] ?? .string("")) }) { $1 }
            }
            #expect(
                notes("lost-1") == [
                    .string("UnknownInstrumentation"): .string(
                        "not traced: inject-go names the Instrumentation 'shop/nowhere', which doesn't exist; create it, or "
                            + "correct the annotation \(prefix)/inject-go, where a name without a namespace is one of the "
                            + "pod's own namespace"),
                    .string("UnknownContainer"): .string(
                        "not traced: the pod has no container 'typo'; name one of the pod's containers: front"),
                ])
            #expect(Set(notes("own-1").keys) == [.string("TracedByOwnSDK"), .string("UnknownSampler")])

            // What is put right is traced, and sent where a pod may send it.
            try apply(
                """
                {"kind": "ConfigMap", "metadata": {"name": "tracing", "namespace": "shop"},
                 "data": {"to": "http://collector.test:4318"}}
                """,
                Self.instrumentation(
                    """
                    "env": [{"name": "OTEL_EXPORTER_OTLP_ENDPOINT",
                     "valueFrom": {"configMapKeyRef": {"name": "tracing", "key": "to"}}}]
                    """),
                Self.pod("lost-1", uid: Self.uid, containerID: plain.containerID, annotations: Self.wanted))
            try agent.wait(for: "(pid \(plain.server.pid), ")
            try get("/hello", plain.server.port)
            try agent.wait(for: "refuses spans: the pod names a host with the address 169.254.169.254")
            let trace = try agent.stop()
            #expect(trace.summary.isBalanced && agent.count(of: "(pid \(instrumented.server.pid), ") == 0)
            let destination = try #require(trace.summary.destinations.first { $0.endpoint.contains("collector.test") })
            #expect(destination.losses == ["refused": 1] && destination.isBalanced)
            #expect(agent.count(of: "shop/lost-1: not traced: ") == 2)
            #expect(try cluster.counts()["refused"] == 0)
        }

        @Test func `has to know its own name`() throws {
            let cluster = try ClusterStandIn()
            let nameless = try Nodespan.run(["run", "--kubeconfig", cluster.kubeconfig()])
            #expect(nameless.code == 2 && nameless.errors.contains("NODE_NAME"), "\(nameless.errors)")
            let lost = try Nodespan.run(["run", "--kubeconfig", "/nonexistent", "--node-name", "a"])
            #expect(
                lost.code == 2 && lost.errors.contains("--kubeconfig: /nonexistent can't be read"), "\(lost.errors)")
        }
    }
}
