import Synchronization
import TestSupport
import Testing
import Workloads

@Suite(.serialized) struct `What is known of a cluster` {
    private static let uid = "0f1e2d3c-4b5a-4697-8877-665544332211"

    /// What was said meanwhile, by kind.
    private final class Heard: Sendable {
        private let texts = Mutex<[String]>([])

        func add(_ notice: ClusterState.Notice) {
            let text =
                switch notice {
                case .failed(let kind, let failure): "\(kind) failed: \(failure)"
                case .recovered(let kind): "\(kind) recovered"
                case .unreadable(let kind, let error): "\(kind) unreadable: \(error)"
                }
            texts.withLock { $0.append(text) }
        }

        func contains(_ text: String) -> Bool { texts.withLock { $0.contains { $0.contains(text) } } }
        var all: [String] { texts.withLock { $0 } }
    }

    /// A stand-in for the API server, with what follows it.
    private final class Setup {
        let cluster: ClusterStandIn
        let server: APIServer
        let heard = Heard()
        let state: ClusterState
        private let running: Task<Void, Never>

        /// - Parameters:
        ///   - request: what the stand-in is told before it is asked anything.
        ///   - silence: see APIServer.
        init(after request: String = "{}", silence: Duration = APIServer.silence) throws {
            cluster = try ClusterStandIn()
            try cluster.control(request)
            let server = APIServer(
                try ClusterAccess.kubeconfig(cluster.kubeconfig()), userAgent: "test", silence: silence)
            let state = ClusterState(server, node: "node-1", report: heard.add) { try await Task.sleep(for: $0 / 20) }
            self.server = server
            self.state = state
            running = Task { await state.run() }
        }

        deinit {
            running.cancel()
            Task { [server] in await server.shutdown() }
        }

        func apply(_ objects: String...) throws {
            try cluster.control("{\"apply\": [\(objects.joined(separator: ","))]}")
        }

        /// Waits until the pod's container is to become what is said: "wanted CR", a refusal, "none", or "unknown".
        func wait(for outcome: String) async throws {
            let deadline = ContinuousClock.now + .seconds(90)
            var now = ""
            while ContinuousClock.now < deadline {
                now = await self.outcome()
                if now.hasPrefix(outcome) { return }
                try await Task.sleep(for: .milliseconds(20))
            }
            Issue.record("\(now), not \(outcome); \(heard.all)")
        }

        func wait(forNotice text: String) async throws {
            let deadline = ContinuousClock.now + .seconds(90)
            while !heard.contains(text) {
                guard ContinuousClock.now < deadline else {
                    Issue.record("no \(text): \(heard.all)")
                    return
                }
                try await Task.sleep(for: .milliseconds(20))
            }
        }

        func answer() async throws -> ClusterState.Answer? {
            let groups = ControlGroups(Array("0::/kubepods/pod\(uid)/\(String(repeating: "a", count: 64))\n".utf8))
            return await state.answer(for: try #require(ContainerIdentity(groups, mounts: nil)))
        }

        private func outcome() async -> String {
            guard let answer = try? await answer() else { return "unknown" }
            switch answer.outcome {
            case .none: return "none"
            case .refused(let refusal): return "\(refusal)"
            case .wanted(let wish): return "wanted \(wish.instrumentation.metadata.name)"
            }
        }
    }

    private static func pod(_ annotation: String?, node: String = "node-1", owner: String = "") -> String {
        let annotations = annotation.map { "\"instrumentation.opentelemetry.io/inject-go\": \"\($0)\"" } ?? ""
        return """
            {"kind": "Pod", "metadata": {"name": "front-1", "namespace": "shop", "uid": "\(uid)",
             "annotations": {\(annotations)}\(owner)},
             "spec": {"nodeName": "\(node)", "containers": [{"name": "front", "image": "front:1"}]},
             "status": {"containerStatuses": [{"name": "front", "containerID": "containerd://\(String(repeating: "a", count: 64))"}]}}
            """
    }

    private static func instrumentation(_ name: String) -> String {
        """
        {"kind": "Instrumentation", "metadata": {"name": "\(name)", "namespace": "shop"},
         "spec": {"exporter": {"endpoint": "http://collector:4318"}}}
        """
    }

    @Test func `is what it lists, and what becomes of that`() async throws {
        let setup = try Setup()
        try setup.apply(Self.instrumentation("go"), Self.pod("true"))
        try await setup.wait(for: "wanted go")
        #expect(await setup.state.isComplete)
        try setup.apply(Self.pod(nil))
        try await setup.wait(for: "none")
        try setup.apply(
            """
            {"kind": "Namespace", "metadata": {"name": "shop",
             "annotations": {"instrumentation.opentelemetry.io/inject-go": "go"}}}
            """)
        try await setup.wait(for: "wanted go")
        try setup.cluster.control("{\"delete\": [\"Instrumentation/shop/go\"]}")
        try await setup.wait(for: "inject-go names the Instrumentation 'shop/go', which doesn't exist")
        try setup.cluster.control("{\"delete\": [\"Pod/shop/front-1\"]}")
        try await setup.wait(for: "unknown")
        // All of it by what was told, not by listing again.
        #expect(try setup.cluster.counts()["lists"] == 3)
    }

    @Test func `has no pods of other nodes`() async throws {
        let setup = try Setup()
        try setup.apply(Self.instrumentation("go"), Self.pod("true", node: "node-2"))
        while await !setup.state.isComplete { try await Task.sleep(for: .milliseconds(20)) }
        #expect(try await setup.answer() == nil)
    }

    @Test func `is listed again when the past is forgotten, and what has gone meanwhile is gone`() async throws {
        let setup = try Setup()
        try setup.apply(Self.instrumentation("go"), Self.pod("true"))
        try await setup.wait(for: "wanted go")
        try setup.cluster.control("{\"delete\": [\"Pod/shop/front-1\"], \"compact\": true, \"cut\": true}")
        try await setup.wait(for: "unknown")
        try setup.apply(Self.pod("true"))
        try await setup.wait(for: "wanted go")
        #expect(try #require(setup.cluster.counts()["lists"]) > 3)
    }

    @Test func `is listed again, whatever its version, from a server that has gone back in time`() async throws {
        let setup = try Setup()
        try setup.apply(Self.instrumentation("go"), Self.pod("true"))
        try await setup.wait(for: "wanted go")
        try setup.cluster.control("{\"delete\": [\"Pod/shop/front-1\"], \"rewind\": true, \"cut\": true}")
        try await setup.wait(for: "unknown")
        try setup.apply(Self.pod("true"))
        try await setup.wait(for: "wanted go")
    }

    @Test func `asks nothing as nobody`() async throws {
        let setup = try Setup()
        try setup.apply(Self.instrumentation("go"), Self.pod("true"))
        try await setup.wait(for: "wanted go")
        try writeFile(setup.cluster.tokenFile, [])
        try setup.cluster.control("{\"cut\": true}")
        try await setup.wait(forNotice: "the file with the token is empty")
    }

    @Test(arguments: [
        ("500", "answers 500"), ("429", "answers 429"), ("\"garbage\"", "answers nonsense"), ("403", "403"),
        ("410", "answers 410"),
    ])
    func `counts on while the API server fails, and is up to date again afterwards`(
        answer: String, words: String
    ) async throws {
        let setup = try Setup()
        try setup.apply(Self.instrumentation("go"), Self.pod("true"))
        try await setup.wait(for: "wanted go")
        try setup.cluster.control("{\"answer\": \(answer), \"cut\": true}")
        try await setup.wait(forNotice: words)
        #expect(try await setup.answer()?.outcome != nil)
        try setup.cluster.control("{\"answer\": 0, \"delete\": [\"Pod/shop/front-1\"]}")
        try await setup.wait(for: "unknown")
        try await setup.wait(forNotice: "pods recovered")
    }

    @Test func `is asked for again, without a word, where nothing comes any more`() async throws {
        let setup = try Setup(silence: .milliseconds(1500))
        try setup.apply(Self.instrumentation("go"), Self.pod("true"))
        try await setup.wait(for: "wanted go")
        let before = try setup.cluster.counts()
        try setup.cluster.control("{\"quiet\": true}")
        try setup.apply(Self.pod(nil))
        try await setup.wait(for: "none")
        // From where it was.
        let after = try setup.cluster.counts()
        #expect(after["lists"] == before["lists"])
        #expect(try #require(after["watches"]) > #require(before["watches"]))
        #expect(setup.heard.all.isEmpty)
    }

    @Test func `is what it was while the API server takes what it is asked and says nothing`() async throws {
        let setup = try Setup(silence: .milliseconds(1500))
        try setup.apply(Self.instrumentation("go"), Self.pod("true"))
        try await setup.wait(for: "wanted go")
        try setup.cluster.control("{\"answer\": \"silence\", \"cut\": true}")
        try await setup.wait(forNotice: "no answer")
        #expect(try await setup.answer()?.outcome != nil)
        try setup.cluster.control("{\"answer\": 0, \"delete\": [\"Pod/shop/front-1\"]}")
        try await setup.wait(for: "unknown")
        try await setup.wait(forNotice: "pods recovered")
    }

    @Test func `is read on with the token that a file has by then`() async throws {
        let setup = try Setup()
        try setup.apply(Self.instrumentation("go"), Self.pod("true"))
        try await setup.wait(for: "wanted go")
        try setup.cluster.control("{\"token\": \"second\", \"cut\": true}")
        try await setup.wait(forNotice: "doesn't take the credentials")
        try writeFile(setup.cluster.tokenFile, Array("second\n".utf8))
        try setup.apply(Self.pod(nil))
        try await setup.wait(for: "none")
    }

    @Test func `needs no Instrumentations to be complete, and finds them once there are any`() async throws {
        let setup = try Setup(after: "{\"absent\": [\"Instrumentation\"]}")
        try setup.apply(Self.pod("true"))
        try await setup.wait(for: "inject-go is true, and there is no Instrumentation")
        #expect(await setup.state.isComplete)
        try setup.cluster.control("{\"absent\": []}")
        try setup.apply(Self.instrumentation("go"))
        try await setup.wait(for: "wanted go")
        #expect(setup.heard.all.isEmpty)
    }

    @Test func `has the owners of owners`() async throws {
        let setup = try Setup()
        let owner =
            ", \"ownerReferences\": [{\"apiVersion\": \"batch/v1\", \"kind\": \"Job\", \"name\": \"night-1\", \"uid\": \"j\"}]"
        try setup.apply(
            Self.instrumentation("go"), Self.pod("true", owner: owner),
            """
            {"kind": "Job", "metadata": {"name": "night-1", "namespace": "shop", "uid": "j", "ownerReferences":
             [{"apiVersion": "batch/v1", "kind": "CronJob", "name": "night", "uid": "c"}]}}
            """)
        try await setup.wait(for: "wanted go")
        let deadline = ContinuousClock.now + .seconds(90)
        while let answer = try await setup.answer(), !answer.owners.unknown.isEmpty {
            try #require(ContinuousClock.now < deadline)
            try await Task.sleep(for: .milliseconds(20))
        }
        let answer = try #require(try await setup.answer())
        guard case .wanted(let wish) = answer.outcome else { throw NotWanted() }
        let settings = WorkloadSettings(wish, pod: answer.pod, owners: answer.owners, own: [:])
        #expect(settings.environment["OTEL_SERVICE_NAME"] == "night")
    }

    @Test func `has the values that an Instrumentation takes from ConfigMaps and Secrets of the pod's namespace`()
        async throws
    {
        let setup = try Setup()
        try setup.cluster.control("{\"forbidden\": [\"get secrets\"]}")
        let references = [
            ("A", "secretKeyRef", "s", "k"), ("B", "configMapKeyRef", "m", "k"), ("C", "configMapKeyRef", "m", "none"),
            ("D", "configMapKeyRef", "none", "k"), ("E", "configMapKeyRef", "../../../x", "k"),
            ("F", "configMapKeyRef", "m", "l"),
        ].map { "{\"name\": \"OTEL_\($0)\", \"valueFrom\": {\"\($1)\": {\"name\": \"\($2)\", \"key\": \"\($3)\"}}}" }
        try setup.apply(
            """
            {"kind": "Instrumentation", "metadata": {"name": "go", "namespace": "other"},
             "spec": {"env": [\(references.joined(separator: ","))]}}
            """, Self.pod("other/go"),
            """
            {"kind": "ConfigMap", "metadata": {"name": "m", "namespace": "shop"}, "data": {"k": "v$(OTEL_A)", "l": "w"}}
            """,
            """
            {"kind": "Secret", "metadata": {"name": "s", "namespace": "shop"}, "data": {"k": "aHVzaA=="}}
            """)
        try await setup.wait(for: "wanted go")
        func settings() async throws -> WorkloadSettings {
            let deadline = ContinuousClock.now + .seconds(20)
            while true {
                try #require(ContinuousClock.now < deadline)
                if let answer = try await setup.answer(), !answer.isPending, case .wanted(let wish) = answer.outcome {
                    return WorkloadSettings(wish, pod: answer.pod, owners: answer.owners, own: [:]) {
                        answer.values[$0] ?? .unread
                    }
                }
                try await Task.sleep(for: .milliseconds(20))
            }
        }
        let found = try await settings()
        #expect(
            ["A", "B", "C", "D", "E", "F"].map { found.environment["OTEL_\($0)"] } == [
                nil, "v$(OTEL_A)", nil, nil, nil, "w",
            ])
        let secret = ObjectKey(.secret, namespace: "shop", name: "s", key: "k")
        #expect(found.notices.contains(.unread(variable: "OTEL_A", secret)))
        let missing = found.notices.filter { if case .missing = $0 { true } else { false } }
        #expect(missing.count == 3)
        #expect(
            SettingNotice.unread(variable: "OTEL_A", secret).description.contains(
                "a Role in the namespace shop with {apiGroups: [\"\"], resources: [secrets], resourceNames: [s], verbs: [get]}"
            ))
    }

    private struct NotWanted: Error {}
}
