import TestSupport
import Testing

extension EndToEnd {
    /// What a node knows of its pods counts on, whatever becomes of the API server.
    @Suite struct `The agent of a node whose cluster fails` {
        /// An agent that traces the one container of a pod.
        private struct Setup: ~Copyable {
            var collector: Collector
            var agent: RunningAgent
            let front: PodProcess
            private let folder: TemporaryFolder
            private var requests = 0
            private var changes = 0

            init(_ cluster: any TestCluster, by access: KubernetesAccess) throws {
                let folder = try TemporaryFolder()
                let collector = try Collector()
                var agent = try RunningAgent(
                    "apiVersion: nodespan/v1\ndestinations: [{name: near, endpoint: \"\(collector.url)\"}]\n",
                    options: ["--kubeconfig", access.kubeconfig(in: folder.path), "--node-name", "node-1"])
                let binary = try agent.install(GoToolchain.newest.build("httpserver", mode: .stripped), as: "server")
                try cluster.apply(ShopObjects.namespace)
                try cluster.apply(ShopObjects.instrumentation(""))
                let front = try PodProcess(binary: binary, uid: try cluster.apply(ShopObjects.pod("front-1")))
                try cluster.apply(ShopObjects.pod("front-1", containerID: front.containerID))
                try agent.wait(for: "(pid \(front.server.pid), ")
                self.front = front
                self.collector = collector
                self.agent = agent
                self.folder = folder
            }

            /// What is known is traced.
            mutating func request() throws {
                try get("/hello?\(requests)", front.server.port)
                requests += 1
            }

            /// The pod has another annotation by now, which is an attribute of its process.
            mutating func change(_ cluster: any TestCluster) throws {
                changes += 1
                try cluster.apply(
                    ShopObjects.pod(
                        "front-1", containerID: front.containerID,
                        annotations: ShopObjects.wanted.merging(["resource.opentelemetry.io/change": "\(changes)"]) {
                            $1
                        }))
                try agent.wait(
                    for: "process \(front.server.pid) is traced by ", count: changes, within: .seconds(90))
            }

            /// Every request is a span.
            mutating func finish() throws {
                let trace = try agent.stop()
                #expect(trace.summary.begun == requests && trace.summary.exported == requests, "\(trace.errors)")
                #expect(agent.count(of: "tracing server") == 1 && agent.count(of: "is traced no more") == 0)
                let spans = try collector.requests(atLeast: 1).flatMap(\.spans).map(\.span)
                #expect(
                    Set(spans.compactMap { $0["attributes"]?["url.query"]?.string })
                        == Set((0..<requests).map(String.init)))
            }
        }

        @Test(arguments: Cluster.tested)
        func `traces on while it is away and while it takes no token, and follows it again`(kind: Cluster) throws {
            let cluster = try kind.start()
            var setup = try Setup(cluster, by: cluster.access)
            try setup.request()
            try cluster.revokeToken()
            try cluster.stop()
            try setup.agent.wait(for: "pods: the API server can't be reached")
            let end = ContinuousClock.now + .seconds(Cluster.seconds ?? 0)
            repeat {
                try setup.request()
                setup.agent.read(until: min(end, .now + .seconds(1)))
            } while ContinuousClock.now < end
            try cluster.restart()
            try setup.agent.wait(for: "pods: the API server doesn't take the credentials (401)", within: .seconds(90))
            try setup.request()
            try cluster.renewToken()
            try setup.change(cluster)
            try setup.agent.wait(for: "pods: the API server tells of them again")
            try setup.request()
            // Whether it takes a minute or more until that is noticed, nothing is lost by it.
            cluster.freeze(true)
            try setup.request()
            if let seconds = Cluster.seconds {
                try setup.agent.wait(
                    for: "pods: the API server can't be reached: no answer", within: .seconds(max(seconds, 120)))
            }
            cluster.freeze(false)
            try setup.change(cluster)
            try setup.request()
            try setup.finish()
        }

        @Test(arguments: Cluster.tested)
        func `traces on while it answers nonsense, and follows it again`(kind: Cluster) throws {
            let cluster = try kind.start()
            let front = try cluster.faulty()
            var setup = try Setup(cluster, by: front.access)
            let all = [
                ("500", "pods: the API server answers 500"), ("\"garbage\"", "pods: the API server answers nonsense"),
                ("410", "pods: the API server answers 410"), ("429", "pods: the API server answers 429"),
            ]
            // Each takes twice as long as the one before it.
            for (answer, words) in kind == .standIn ? Array(all.prefix(1)) : all {
                try front.control("{\"answer\": \(answer), \"cut\": true}")
                try setup.agent.wait(for: words, within: .seconds(90))
                try setup.request()
            }
            try front.control("{\"answer\": 0, \"delay\": 1}")
            try setup.change(cluster)
            try setup.request()
            try setup.finish()
        }
    }
}
