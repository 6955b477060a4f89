import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite struct `The agent of a node` {
        private static func configuration(_ collector: borrowing Collector) -> String {
            "apiVersion: nodespan/v1\ndestinations: [{name: near, endpoint: \"\(collector.url)\"}]\n"
        }

        private static func start(
            _ cluster: any TestCluster, _ folder: borrowing TemporaryFolder, _ collector: borrowing Collector
        ) throws -> RunningAgent {
            try RunningAgent(
                configuration(collector),
                options: ["--kubeconfig", cluster.access.kubeconfig(in: folder.path), "--node-name", "node-1"])
        }

        @Test(arguments: Cluster.tested)
        func `traces annotated pods and no others, as their Instrumentation says by now`(kind: Cluster) throws {
            let cluster = try kind.start(isDefined: false)
            let folder = try TemporaryFolder()
            var collector = try Collector()
            var agent = try Self.start(cluster, folder, collector)
            let binary = try agent.install(GoToolchain.newest.build("httpserver", mode: .stripped), as: "server")
            try cluster.apply(ShopObjects.namespace)
            let pod = { (name: String, id: String?, annotations: [String: String]) in
                try cluster.apply(ShopObjects.pod(name, containerID: id, annotations: annotations))
            }
            let uid = try pod("front-1", nil, ShopObjects.wanted)
            let front = try PodProcess(binary: binary, uid: uid)
            let back = try PodProcess(binary: binary, uid: try pod("back-1", nil, [:]))
            let bare = try FixtureServer(binary: binary)
            _ = try pod("front-1", front.containerID, ShopObjects.wanted)
            _ = try pod("back-1", back.containerID, [:])
            try agent.wait(for: "inject-go is true, and there is no Instrumentation")
            try cluster.defineInstrumentations()
            // Nothing is sent there: what is said of it goes to the agent's destination instead.
            let endpoint = "\"exporter\": {\"endpoint\": \"http://169.254.1.1:4318\"}"
            try cluster.apply(ShopObjects.instrumentation(endpoint))
            try agent.wait(for: "(pid \(front.server.pid), ", within: .seconds(70))
            for port in [front.server.port, back.server.port, bare.port] { try get("/hello?first", port) }
            _ = try collector.requests(atLeast: 1)

            try cluster.apply(
                ShopObjects.instrumentation("\(endpoint), \"resource\": {\"resourceAttributes\": {\"team\": \"x\"}}"))
            try agent.wait(for: "process \(front.server.pid) is traced by ")
            try get("/hello?second", front.server.port)
            try cluster.apply(ShopObjects.instrumentation("\(endpoint), \"sampler\": {\"type\": \"always_off\"}"))
            try agent.wait(for: "process \(front.server.pid) is traced by ", count: 2)
            try get("/hello?unsampled", front.server.port)

            let late = try PodProcess(binary: binary, uid: uid)
            try cluster.apply(ShopObjects.instrumentation(endpoint))
            try agent.wait(for: "process \(front.server.pid) is traced by ", count: 3)
            _ = try pod("front-1", late.containerID, ShopObjects.wanted)
            try agent.wait(for: "(pid \(late.server.pid), ")
            try get("/hello?late", late.server.port)

            _ = try pod("front-1", late.containerID, [:])
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
            #expect(agent.count(of: "is a link-local address") == 1)
            #expect(trace.summary.begun == 4 && trace.summary.unsampled == 1 && trace.summary.isBalanced)
        }

        @Test(arguments: Cluster.tested)
        func `traces the guide's own Deployment by the guide's own Instrumentation`(kind: Cluster) throws {
            let cluster = try kind.start()
            let folder = try TemporaryFolder()
            let seed = try SeedObjects()
            for name in ["insight-system", "emojivoto"] {
                try cluster.apply(
                    "{\"apiVersion\": \"v1\", \"kind\": \"Namespace\", \"metadata\": {\"name\": \"\(name)\"}}")
            }
            try cluster.apply(seed.instrumentation)
            let deployment = try cluster.apply(seed.deployment)
            let replicaSet = try cluster.apply(seed.replicaSet(owner: deployment))
            let pod = try cluster.apply(seed.pod(owner: replicaSet, containerID: nil))
            // The guide's own collector, by its name.
            var collector = try Collector(speaks: .grpc, address: "127.43.17.1", port: 4317)
            let near = try Collector()
            var agent = try RunningAgent(
                Self.configuration(near),
                options: ["--kubeconfig", cluster.access.kubeconfig(in: folder.path), "--node-name", "node-1"],
                hosts: "127.43.17.1 \(seed.collectorHost)\n")
            let binary = try agent.install(
                GoToolchain.newest.build("httpserver", mode: .stripped), as: "emojivoto-voting-svc")
            let voting = try PodProcess(
                binary: binary, uid: pod, environment: ["GRPC_PORT": "8080", "PROM_PORT": "8801"])
            try cluster.apply(seed.pod(owner: replicaSet, containerID: voting.containerID))
            try agent.wait(for: "(pid \(voting.server.pid), ")
            // The owners' UIDs may still be asked for when it is traced.
            var resources: [JSONValue?] = []
            while resources.count < 5, resources.last??["k8s.deployment.uid"] == nil {
                try get("/hello?vote", voting.server.port)
                resources = try collector.requests(atLeast: resources.count + 1).flatMap(\.spans).map {
                    $0.span["resource"]
                }
            }
            let trace = try agent.stop()
            #expect(trace.summary.begun == resources.count && trace.summary.isBalanced, "\(trace.errors)")
            let places = trace.summary.destinations.filter { $0.spans > 0 }.map(\.endpoint)
            #expect(places == ["http://\(seed.collectorHost):4317"])
            let resource = try #require(resources.last ?? nil)
            let expected = [
                "service.name": "voting", "service.namespace": "emojivoto", "service.version": "v11",
                "service.instance.id": "emojivoto.voting-7d9c5b6f4-x2x9z.voting-svc",
                "k8s.namespace.name": "emojivoto", "k8s.pod.name": "voting-7d9c5b6f4-x2x9z", "k8s.pod.uid": pod,
                "k8s.container.name": "voting-svc", "k8s.node.name": "node-1", "k8s.deployment.name": "voting",
                "k8s.deployment.uid": deployment, "k8s.replicaset.name": "voting-7d9c5b6f4",
                "k8s.replicaset.uid": replicaSet,
            ]
            for (key, value) in expected { #expect(resource[key] == .string(value), "\(key)") }
        }

        @Test(arguments: Cluster.tested)
        func `obeys a sampler and an endpoint within a second, arming nothing anew and losing nothing`(
            kind: Cluster
        ) throws {
            let cluster = try kind.start()
            let folder = try TemporaryFolder()
            let address = try MachineAddress()
            var near = try Collector()
            var far = try Collector(address: address.text)
            var agent = try Self.start(cluster, folder, near)
            let binary = try agent.install(GoToolchain.newest.build("httpserver", mode: .stripped), as: "server")
            try cluster.apply(ShopObjects.namespace)
            try cluster.apply(ShopObjects.instrumentation(""))
            let front = try PodProcess(binary: binary, uid: try cluster.apply(ShopObjects.pod("front-1")))
            try cluster.apply(ShopObjects.pod("front-1", containerID: front.containerID))
            try agent.wait(for: "(pid \(front.server.pid), ")
            let port = front.server.port
            let links = try DescriptorFields.links(of: agent.pid)
            var sent = 0
            let sampler = { (type: String) in "\"sampler\": {\"type\": \"\(type)\"}" }
            let there = "\"exporter\": {\"endpoint\": \"\(far.url)\"}"
            for (number, spec) in [sampler("always_off"), "\(sampler("always_on")), \(there)", ""].enumerated() {
                let start = ContinuousClock.now
                try cluster.apply(ShopObjects.instrumentation(spec))
                let applied = ContinuousClock.now
                sent += try agent.serve(
                    port, from: sent, until: "process \(front.server.pid) is traced by ", count: number + 1
                ) { "/hello?\($0)" }
                #expect(.now - applied < .seconds(1), "\(ContinuousClock.now - start) of \(number)")
                try get("/hello?after\(number)", port)
            }
            #expect(try !links.isEmpty && DescriptorFields.links(of: agent.pid) == links)
            let trace = try agent.stop()
            let queries = { (requests: [CollectedRequest]) in
                requests.flatMap(\.spans).compactMap { $0.span["attributes"]?["url.query"]?.string }
            }
            let (nearby, away) = (try queries(near.requests(atLeast: 1)), try queries(far.requests(atLeast: 1)))
            #expect(!nearby.contains("after0") && away.contains("after1") && nearby.contains("after2"))
            #expect(Set(nearby).isDisjoint(with: away) && !away.contains("after0"))
            #expect(trace.summary.begun == sent + 3 && trace.summary.lost == 0 && trace.summary.isBalanced)
            #expect(trace.summary.unsampled > 0 && trace.summary.spans == nearby.count + away.count)
            #expect(trace.summary.destinations.allSatisfy { $0.isBalanced && $0.losses.isEmpty }, "\(trace.errors)")
            #expect(agent.count(of: "tracing server") == 1)
        }

        @Test(arguments: Cluster.tested)
        func `says on pods why they aren't traced as they ask, once, and how to mend it`(kind: Cluster) throws {
            let cluster = try kind.start()
            let folder = try TemporaryFolder()
            try cluster.apply(ShopObjects.namespace)
            let collector = try Collector()
            var agent = try RunningAgent(
                Self.configuration(collector),
                options: ["--kubeconfig", cluster.access.kubeconfig(in: folder.path), "--node-name", "node-1"],
                hosts: "169.254.169.254 collector.test\n")
            // As the kernel tests have it.
            let go = try #require(GoToolchain.all.first { $0.minor == 24 })
            let plain = try PodProcess(
                binary: agent.install(go.build("httpserver", mode: .stripped), as: "server"),
                uid: cluster.apply(ShopObjects.pod("lost-1", annotations: [:])))
            let instrumented = try PodProcess(
                binary: agent.install(go.build("otelservice", mode: .stripped, gopath: "trixie"), as: "own"),
                arguments: Array(repeating: "127.0.0.1:9", count: 6),
                uid: cluster.apply(ShopObjects.pod("own-1", annotations: [:])),
                environment: ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector.shop:4318"])
            let prefix = "instrumentation.opentelemetry.io"
            try cluster.apply(ShopObjects.instrumentation("\"sampler\": {\"type\": \"xray\"}"))
            try cluster.apply(
                ShopObjects.pod(
                    "lost-1", containerID: plain.containerID,
                    annotations: ["\(prefix)/inject-go": "nowhere", "\(prefix)/container-names": "front,typo"]))
            try cluster.apply(
                ShopObjects.pod(
                    "own-1", containerID: instrumented.containerID, annotations: ["\(prefix)/inject-sdk": "true"]))
            var events: [JSONValue] = []
            try agent.wait {
                events = try cluster.events(in: "shop")
                return events.count >= 4
            }
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
            try cluster.apply(
                """
                {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "tracing", "namespace": "shop"},
                 "data": {"to": "http://collector.test:4318"}}
                """)
            try cluster.apply(
                ShopObjects.instrumentation(
                    """
                    "env": [{"name": "OTEL_EXPORTER_OTLP_ENDPOINT",
                     "valueFrom": {"configMapKeyRef": {"name": "tracing", "key": "to"}}}]
                    """))
            try cluster.apply(ShopObjects.pod("lost-1", containerID: plain.containerID))
            try agent.wait(for: "(pid \(plain.server.pid), ")
            try get("/hello", plain.server.port)
            try agent.wait(for: "refuses spans: the pod names a host with the address 169.254.169.254")
            let trace = try agent.stop()
            #expect(trace.summary.isBalanced && agent.count(of: "(pid \(instrumented.server.pid), ") == 0)
            let destination = try #require(trace.summary.destinations.first { $0.endpoint.contains("collector.test") })
            #expect(destination.losses == ["refused": 1] && destination.isBalanced)
            #expect(agent.count(of: "shop/lost-1: not traced: ") == 2)
            #expect(agent.count(of: "events: ") == 0 && agent.count(of: "events on pods") == 0)
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
