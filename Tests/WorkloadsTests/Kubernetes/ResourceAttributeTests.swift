import Testing

@testable import Workloads

/// The attributes that the program "app" of a pod gets, by their keys, and its name.
private struct Made {
    let attributes: [String: String]
    let serviceName: String?
    let notices: [SettingNotice]

    init(
        spec: String = "", own: [String: String] = [:], triggers: Set<Trigger> = [.go], pod: Pod? = nil,
        owners: [OwnerReference: [OwnerReference]] = [:]
    ) throws {
        let pod = try pod ?? samplePod()
        let instrumentation = try sampleInstrumentation(spec: spec)
        let settings = WorkloadSettings(
            InstrumentationWish(
                container: "app", triggers: triggers, instrumentation: instrumentation, targetExecutable: nil),
            pod: pod,
            owners: WorkloadOwners(of: pod, needsUIDs: instrumentation.resource.hasUIDs) { owners[$0] }, own: own)
        // As it is read: percent-encoded, the later value of two counting.
        var attributes: [String: String] = [:]
        for pair in (settings.environment["OTEL_RESOURCE_ATTRIBUTES"] ?? "").split(separator: ",") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            attributes[decoded(parts[0])] = decoded(try #require(parts.count == 2 ? parts[1] : nil))
        }
        (self.attributes, serviceName, notices) = (
            attributes, settings.environment["OTEL_SERVICE_NAME"], settings.notices
        )
    }
}

private func decoded(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
        if byte == UInt8(ascii: "%"), let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
            bytes.append(value)
            rest = rest.dropFirst(2)
        } else {
            bytes.append(byte)
        }
    }
    return String(decoding: bytes, as: UTF8.self)
}

private func owner(_ kind: String, _ name: String, api: String = "apps/v1") -> OwnerReference {
    OwnerReference(apiVersion: api, kind: kind, name: name, uid: "uid-of-\(name)")
}

private let replicaSet = owner("ReplicaSet", "voting-7d9c5b6f4")
private let hash = ["pod-template-hash": "7d9c5b6f4"]
private let digest = String(repeating: "0123456789abcdef", count: 4)
private let text = "OTEL_RESOURCE_ATTRIBUTES"
private let prefix = "resource.opentelemetry.io/"

@Suite struct `The resource of a container's programs` {
    @Test func `has what the cluster knows`() throws {
        let made = try Made(pod: try samplePod(labels: hash, owners: [replicaSet]))
        #expect(
            made.attributes == [
                "k8s.namespace.name": "emojivoto", "k8s.pod.name": "voting-7d9c5b6f4-x2x9z",
                "k8s.container.name": "app",
                "k8s.node.name": "node-7", "k8s.replicaset.name": "voting-7d9c5b6f4", "k8s.deployment.name": "voting",
                "service.namespace": "emojivoto", "service.version": "v11",
                "service.instance.id": "emojivoto.voting-7d9c5b6f4-x2x9z.app",
            ])
        #expect(made.serviceName == "voting" && made.notices.isEmpty)
    }

    @Test func `has UIDs where they are asked for`() throws {
        let deployment = owner("Deployment", "voting")
        let made = try Made(
            spec: #""resource":{"addK8sUIDAttributes":true}"#, pod: try samplePod(labels: hash, owners: [replicaSet]),
            owners: [replicaSet: [deployment]])
        #expect(made.attributes["k8s.pod.uid"] == podUID)
        #expect(made.attributes["k8s.replicaset.uid"] == "uid-of-voting-7d9c5b6f4")
        #expect(made.attributes["k8s.deployment.uid"] == "uid-of-voting")
        let without = try Made(pod: try samplePod(owners: [replicaSet]), owners: [replicaSet: [deployment]])
        #expect(!without.attributes.keys.contains { $0.hasSuffix(".uid") })
        #expect(without.attributes["k8s.deployment.name"] == "voting")
    }

    /// Key, the values by the process, the annotation and the Instrumentation, and which is there in the end.
    @Test(
        arguments: [
            ("k8s.namespace.name", "own", "noted", "spec", "own"),
            ("k8s.namespace.name", nil, "noted", "spec", "noted"),
            ("k8s.namespace.name", nil, nil, "spec", "emojivoto"),
            ("k8s.container.name", "own", "noted", "spec", "own"),
            ("k8s.container.name", nil, "noted", "spec", "noted"), ("k8s.container.name", nil, nil, "spec", "app"),
            ("k8s.pod.name", "own", "noted", "spec", "voting-7d9c5b6f4-x2x9z"),
            ("k8s.node.name", "own", "noted", "spec", "node-7"),
            ("k8s.node.name", nil, "noted", "spec", "noted"), ("k8s.node.name", nil, nil, "spec", "spec"),
            ("k8s.replicaset.name", "own", "noted", "spec", "own"),
            ("k8s.replicaset.name", nil, "noted", "spec", "noted"),
            ("k8s.replicaset.name", nil, nil, "spec", "voting-7d9c5b6f4"),
            ("k8s.deployment.name", "own", "noted", "spec", "own"),
            ("k8s.deployment.name", nil, nil, "spec", "voting"), ("k8s.job.name", nil, nil, "spec", "spec"),
            ("k8s.pod.uid", "own", "noted", "spec", "own"), ("k8s.pod.uid", nil, "noted", "spec", "noted"),
            ("k8s.pod.uid", nil, nil, "spec", "spec"), ("k8s.pod.uid", nil, nil, nil, nil),
            ("service.namespace", "own", "noted", "spec", "own"), ("service.namespace", nil, "noted", "spec", "noted"),
            ("service.namespace", nil, nil, "spec", "emojivoto"), ("service.version", "own", "noted", "spec", "own"),
            ("service.version", nil, "noted", "spec", "noted"), ("service.version", nil, nil, "spec", "v11"),
            ("service.instance.id", "own", "noted", "spec", "own"),
            ("service.instance.id", nil, "noted", "spec", "noted"),
            ("service.instance.id", nil, nil, "spec", "emojivoto.voting-7d9c5b6f4-x2x9z.app"),
            ("deployment.environment.name", "own", "noted", "spec", "own"),
            ("deployment.environment.name", nil, "noted", "spec", "noted"),
            ("deployment.environment.name", nil, nil, "spec", "spec"),
            ("deployment.environment.name", nil, "", "spec", "spec"),
            ("deployment.environment.name", nil, nil, nil, nil), ("service.name", nil, nil, "spec", nil),
        ] as [(String, String?, String?, String?, String?)])
    func `has what the first says that says anything`(
        key: String, own: String?, noted: String?, spec: String?, expected: String?
    ) throws {
        let attributes = json([key: spec].compactMapValues { $0 })
        let pod = try samplePod(
            annotations: [prefix + key: noted].compactMapValues { $0 }, labels: hash, owners: [replicaSet])
        for triggers in [[Trigger.go], [.sdk]] as [Set<Trigger>] {
            let made = try Made(
                spec: #""resource":{"resourceAttributes":\#(attributes)}"#,
                own: [text: own.map { "\(key)=\($0)" } ?? ""],
                triggers: triggers, pod: pod)
            #expect(made.attributes[key] == expected)
            #expect(made.notices.isEmpty)
        }
    }

    @Test func `has a pod's UID of the cluster's where that is asked for and the program says another`() throws {
        let made = try Made(spec: #""resource":{"addK8sUIDAttributes":true}"#, own: [text: "k8s.pod.uid=own"])
        #expect(made.attributes["k8s.pod.uid"] == podUID)
    }

    @Test(
        arguments: [
            ("app:v1", "v1"), ("registry:5000/shop/app:v1.2-rc.1_3", "v1.2-rc.1_3"), ("registry:5000/shop/app", nil),
            ("app", nil), ("", nil), ("app@sha256:\(digest)", "sha256:\(digest)"),
            ("app:v1@sha256:\(digest)", "v1@sha256:\(digest)"),
            ("app:", nil), ("app:-v1", nil), ("app:v 1", nil), ("App:v1", nil), ("Registry.example/app:v1", "v1"),
            ("app@sha256:beef", nil), ("app@\(digest)", nil), ("app@", nil), ("app:v1@sha256:", nil), ("/app:v1", nil),
            ("app/:v1", nil), ("a//b:v1", nil), (":v1", nil), ("app:\(String(repeating: "v", count: 129))", nil),
            ("[2001:db8::1]:5000/app:v1", "v1"),
        ] as [(String, String?)])
    func `has the version of the image`(image: String, version: String?) throws {
        #expect(try Made(pod: try samplePod(image: image)).attributes["service.version"] == version)
        // The Instrumentation's is for images without any.
        let spec = #""resource":{"resourceAttributes":{"service.version":"spec"}}"#
        #expect(
            try Made(spec: spec, pod: try samplePod(image: image)).attributes["service.version"] == version ?? "spec")
        // The text as a whole is looked at.
        let own = [text: "my.service.version=1"]
        #expect(try Made(own: own, pod: try samplePod(image: image)).attributes["service.version"] == nil)
    }

    @Test func `has what labels say, where that is wanted`() throws {
        let labels = [
            "app.kubernetes.io/name": "emoji", "app.kubernetes.io/instance": "emoji-1",
            "app.kubernetes.io/version": "label",
            "app.kubernetes.io/part-of": "emojivoto-suite",
        ]
        func made(_ isWanted: Bool, without: String = "", annotations: [String: String] = [:]) throws -> Made {
            try Made(
                spec: #""defaults":{"useLabelsForResourceAttributes":\#(isWanted)}"#,
                pod: try samplePod(
                    annotations: annotations, labels: labels.filter { $0.key != "app.kubernetes.io/\(without)" },
                    owners: [owner("StatefulSet", "set")]))
        }
        #expect(try made(false).serviceName == "set" && made(false).attributes["service.version"] == "v11")
        #expect(try made(true).serviceName == "emoji-1" && made(true).attributes["service.version"] == "label")
        #expect(try made(true, without: "instance").serviceName == "emoji")
        #expect(try made(true).attributes["service.namespace"] == "emojivoto")
        let annotated = try made(
            true, annotations: [prefix + "service.name": "noted", prefix + "service.version": "7"])
        #expect(annotated.serviceName == "noted" && annotated.attributes["service.version"] == "7")
        #expect(annotated.attributes["service.name"] == nil)
    }

    @Test(
        arguments: [
            // By what a pod belongs to.
            ([("Deployment", "d"), ("ReplicaSet", "r"), ("Job", "j")], "g-", "d"),
            ([("ReplicaSet", "r"), ("StatefulSet", "s")], "g-", "r"),
            ([("StatefulSet", "s"), ("DaemonSet", "a")], "g-", "s"),
            ([("DaemonSet", "a"), ("CronJob", "c")], "g-", "a"), ([("Job", "j"), ("CronJob", "c")], "g-", "c"),
            ([("Job", "j")], "g-", "j"), ([("job", "j")], "g-", "j"), ([], nil, "voting-7d9c5b6f4-x2x9z"),
            // The Operator sees such a pod before it has a name.
            ([("Rollout", "x")], "g-", "app"), ([("Rollout", "x")], nil, "voting-7d9c5b6f4-x2x9z"), ([], "g-", "app"),
            ([("Node", "node-7")], nil, "voting-7d9c5b6f4-x2x9z"),
        ] as [([(String, String)], String?, String)])
    func `has a service's name of its owner's`(owners: [(String, String)], generateName: String?, name: String) throws {
        let pod = try samplePod(generateName: generateName, owners: owners.map { owner($0.0, $0.1, api: "any/v1") })
        #expect(try Made(pod: pod).serviceName == name)
    }

    @Test(
        arguments: [
            (["OTEL_SERVICE_NAME": "own"], "", "own"),
            (["OTEL_SERVICE_NAME": "own", text: "service.name=other"], "", "own"),
            ([text: "service.name=other"], "", nil), ([text: "a=b, service.name = other"], "", nil),
            (["OTEL_SERVICE_NAME": ""], "", "voting"), ([text: "service.name="], "", "voting"),
            ([:], #""env":[{"name":"OTEL_SERVICE_NAME","value":"spec"}]"#, "spec"),
            ([:], #""resource":{"resourceAttributes":{"service.name":"spec"}}"#, "voting"),
            ([:], #""resource":{"resourceAttributes":{"k8s.deployment.name":"spec"}}"#, "voting"),
        ] as [([String: String], String, String?)])
    func `leaves the name to a program that says one`(own: [String: String], spec: String, name: String?) throws {
        let made = try Made(spec: spec, own: own, pod: try samplePod(labels: hash, owners: [replicaSet]))
        #expect(made.serviceName == name)
        #expect(made.attributes["k8s.namespace.name"] == "emojivoto")
    }

    @Test func `has variables replaced in what people wrote`() throws {
        let made = try Made(
            spec: """
                "env":[{"name":"TEAM","value":"shop"}],"resource":{"resourceAttributes":{"team":"$(TEAM)","node":
                 "$(OTEL_RESOURCE_ATTRIBUTES_NODE_NAME)","price":"$$5","none":"$(NONE)"}}
                """,
            pod: try samplePod(annotations: [prefix + "service.name": "$(TEAM)-voting", prefix + "pod": "$(TEAM)"]))
        #expect(made.attributes["team"] == "shop" && made.attributes["node"] == "node-7")
        #expect(made.attributes["price"] == "$5" && made.attributes["none"] == "$(NONE)")
        #expect(made.attributes["pod"] == "shop" && made.serviceName == "shop-voting")
    }

    @Test func `holds any text`() throws {
        let value = "a=b,c%20 d\u{e9}\u{1}\"; =,"
        let made = try Made(
            spec: #""resource":{"resourceAttributes":{"":"nameless","k=,y":"v"}}"#,
            pod: try samplePod(annotations: [prefix + "odd": value]))
        #expect(made.attributes["odd"] == value && made.attributes["k=,y"] == "v" && made.attributes[""] == nil)
    }

    @Test func `has the program's own text unchanged before it`() throws {
        let own = "a=%20b, c = d,"
        let settings = try Made(own: [text: own])
        #expect(settings.attributes["a"] == " b" && settings.attributes["k8s.node.name"] == "node-7")
        // A pair with two equals signs isn't known to the Operator, which puts its own behind.
        #expect(try Made(own: [text: "k8s.container.name=a=b"]).attributes["k8s.container.name"] == "app")
    }

    @Test(arguments: ["nonsense", "a=b,=c", "a=%zz", "a=%ff", "a=b,c", "a=%2"])
    func `goes without a text of the program's that is malformed`(own: String) throws {
        let made = try Made(own: [text: own])
        #expect(made.attributes["k8s.node.name"] == "node-7" && made.attributes["a"] == nil)
        guard case .malformedAttributes = made.notices.first else {
            Issue.record("\(made.notices)")
            return
        }
    }

    @Test func `has room for so much`() throws {
        let long = String(repeating: "x", count: 8190)
        #expect(
            try Made(own: [text: "a=\(long)x"]).notices == [.tooManyAttributes(size: 8193, limit: 8192)])
        #expect(try Made(own: [text: String(repeating: ",", count: 9000)]).attributes["k8s.node.name"] == "node-7")
        let many = Dictionary(uniqueKeysWithValues: (0..<3).map { (prefix + "a\($0)", String(long.prefix(3000))) })
        let made = try Made(pod: try samplePod(annotations: many))
        #expect(made.attributes["k8s.node.name"] == "node-7" && made.attributes["service.version"] == "v11")
        #expect(made.attributes["a0"] != nil && made.attributes["a1"] != nil)
        #expect(made.notices == [.omittedAttributes(["a2"])])
        let wide = String(repeating: "$(W)", count: 1000)
        let endless = try Made(
            own: ["W": String(long.prefix(200))], pod: try samplePod(annotations: [prefix + "wide": wide]))
        #expect(endless.attributes["wide"] == nil && endless.notices == [.tooLong(variable: text)])
        let filled = try Made(own: [text: "a=\(long)"])
        #expect(filled.attributes["a"] == long && filled.notices.count == 1)
    }

    @Test func `is what the guide's pod needs`() throws {
        let pod: Pod = try KubernetesJSON.decode(from: Seed.pod.utf8)
        let instrumentation: Instrumentation = try KubernetesJSON.decode(from: Seed.instrumentation.utf8)
        let wishes = PodWishes(pod: pod, namespace: nil, instrumentations: [instrumentation])
        let owners = WorkloadOwners(of: pod, needsUIDs: instrumentation.resource.hasUIDs) { _ in nil }
        #expect(owners.unknown == pod.metadata.owners)
        let settings = WorkloadSettings(
            try #require(wishes.wishes.first), pod: pod, owners: owners,
            own: ["GRPC_PORT": "8080", "PROM_PORT": "8801"])
        #expect(settings.notices.isEmpty && settings.files.isEmpty)
        #expect(
            settings.environment == [
                "OTEL_EXPORTER_OTLP_ENDPOINT":
                    "http://insight-agent-opentelemetry-collector.insight-system.svc.cluster.local:4317",
                "OTEL_TRACES_SAMPLER": "always_on", "OTEL_SERVICE_NAME": "voting", "OTEL_NODE_IP": "10.0.0.7",
                "OTEL_POD_IP": "10.244.1.5",
                "OTEL_RESOURCE_ATTRIBUTES": [
                    "k8s.container.name=voting-svc", "k8s.deployment.name=voting", "k8s.namespace.name=emojivoto",
                    "k8s.node.name=node-7", "k8s.pod.name=voting-7d9c5b6f4-x2x9z", "k8s.pod.uid=\(podUID)",
                    "k8s.replicaset.name=voting-7d9c5b6f4", "k8s.replicaset.uid=7d9c5b6f-0000-0000-0000-000000000001",
                    "service.instance.id=emojivoto.voting-7d9c5b6f4-x2x9z.voting-svc", "service.namespace=emojivoto",
                    "service.version=v11",
                ].joined(separator: ","),
            ])
    }
}

@Suite struct `What a pod belongs to` {
    private let job = owner("Job", "backup-29000000", api: "batch/v1")

    private func owners(
        _ references: [OwnerReference], labels: [String: String] = [:], needsUIDs: Bool = false,
        known: [OwnerReference: [OwnerReference]] = [:]
    ) throws -> WorkloadOwners {
        WorkloadOwners(of: try samplePod(labels: labels, owners: references), needsUIDs: needsUIDs) { known[$0] }
    }

    @Test func `is a Deployment by its ReplicaSet's name and the pod's label, without a question`() throws {
        let found = try owners([replicaSet], labels: hash)
        #expect(found.name(.replicaset) == "voting-7d9c5b6f4" && found.name(.deployment) == "voting")
        #expect(found.unknown.isEmpty)
        // Its UID takes one.
        let unsure = try owners([replicaSet], labels: hash, needsUIDs: true)
        #expect(
            unsure.name(.deployment) == "voting" && unsure.uid(.deployment) == nil && unsure.unknown == [replicaSet])
        let sure = try owners(
            [replicaSet], labels: hash, needsUIDs: true, known: [replicaSet: [owner("Deployment", "voting")]])
        #expect(sure.uid(.deployment) == "uid-of-voting" && sure.unknown.isEmpty)
    }

    /// Argo's Rollouts have ReplicaSets, too, and label their pods otherwise.
    @Test(arguments: [
        [:], ["rollouts-pod-template-hash": "7d9c5b6f4"], ["pod-template-hash": "other"], ["pod-template-hash": ""],
        ["pod-template-hash": "voting-7d9c5b6f4"],
    ])
    func `isn't guessed`(labels: [String: String]) throws {
        let found = try owners([replicaSet], labels: labels)
        #expect(found.name(.deployment) == nil && found.unknown == [replicaSet])
        let rollout = owner("Rollout", "voting", api: "argoproj.io/v1alpha1")
        let asked = try owners([replicaSet], labels: labels, known: [replicaSet: [rollout]])
        #expect(
            asked.name(.deployment) == nil && asked.name(.replicaset) == "voting-7d9c5b6f4" && asked.unknown.isEmpty)
    }

    @Test func `is a CronJob only where its Job says so`() throws {
        let unsure = try owners([job])
        #expect(unsure.name(.job) == "backup-29000000" && unsure.name(.cronjob) == nil && unsure.unknown == [job])
        let cronJob = owner("CronJob", "backup", api: "batch/v1")
        #expect(try owners([job], known: [job: [cronJob]]).name(.cronjob) == "backup")
        let alone = try owners([job], known: [job: []])
        #expect(alone.name(.cronjob) == nil && alone.unknown.isEmpty)
    }

    @Test func `may be of a kind that only has the name`() throws {
        let found = try owners([owner("Job", "train", api: "batch.volcano.sh/v1alpha1")])
        #expect(found.name(.job) == "train" && found.unknown.isEmpty)
    }

    @Test func `may be nonsense`() throws {
        // One that owns itself, and far too many.
        let circle = try owners([replicaSet], known: [replicaSet: [replicaSet]])
        #expect(circle.name(.replicaset) == "voting-7d9c5b6f4" && circle.unknown.isEmpty)
        let many = try owners((0..<1000).map { owner("ReplicaSet", "r\($0)") })
        #expect(many.unknown.count == 8)
    }
}
