import Testing

@testable import Workloads

private let id = String(repeating: "0123456789abcdef", count: 4)

@Suite struct `An object of the API server` {
    @Test func `may be the pod of the guide`() throws {
        let pod: Pod = try KubernetesJSON.decode(from: Seed.pod.utf8)
        #expect(pod.metadata.name == "voting-7d9c5b6f4-x2x9z" && pod.metadata.namespace == "emojivoto")
        #expect(pod.metadata.uid == podUID)
        #expect(pod.metadata.labels["pod-template-hash"] == "7d9c5b6f4")
        #expect(pod.metadata.owners.map(\.kind) == ["ReplicaSet"])
        #expect(pod.nodeName == "node-7" && pod.serviceAccountName == "default" && !pod.sharesHostNetwork)
        #expect(pod.phase == "Running" && pod.hostIPs == ["10.0.0.7"] && pod.podIPs == ["10.244.1.5"])
        let container = try #require(pod.containers.first)
        #expect(container.name == "voting-svc" && container.requests == ["cpu": "100m"] && container.limits.isEmpty)
        #expect(pod.containerStatuses == [ContainerStatus(name: "voting-svc", containerID: id)])
    }

    @Test func `may be the Instrumentation of the guide`() throws {
        let found: Instrumentation = try KubernetesJSON.decode(from: Seed.instrumentation.utf8)
        #expect(found.path == "insight-system/insight-opentelemetry-autoinstrumentation")
        #expect(found.resource.hasUIDs && found.resource.attributes.isEmpty)
        #expect(found.sampler.type == "always_on" && found.sampler.argument.isEmpty)
        #expect(
            found.environment == [
                EnvironmentVariable(
                    name: "OTEL_EXPORTER_OTLP_ENDPOINT",
                    value: .text("http://insight-agent-opentelemetry-collector.insight-system.svc.cluster.local:4317"))
            ])
        #expect(found.goEnvironment.isEmpty && found.propagators.isEmpty && !found.usesLabels)
        #expect(found.exporter.endpoint.isEmpty && found.exporter.tls == nil)
    }

    @Test func `may be an Instrumentation with every field`() throws {
        let found = try sampleInstrumentation(
            spec: """
                "exporter":{"endpoint":"https://$(OTEL_NODE_IP):4318","tls":{"secretName":"s","configMapName":"c",
                 "ca_file":"ca.crt","cert_file":"tls.crt","key_file":"/etc/tls.key"}},
                "resource":{"resourceAttributes":{"team":"shop"},"addK8sUIDAttributes":false},
                "propagators":["tracecontext","b3"],"sampler":{"type":"parentbased_traceidratio","argument":"0.25"},
                "defaults":{"useLabelsForResourceAttributes":true},"imagePullPolicy":"Always",
                "env":[{"name":"A"},{"name":"B","value":null},{"name":"C","valueFrom":{"fieldRef":{"fieldPath":"spec.nodeName"}}},
                 {"name":"D","valueFrom":{"resourceFieldRef":{"resource":"limits.cpu","divisor":"1m"}}},
                 {"name":"E","valueFrom":{"configMapKeyRef":{"name":"m","key":"k","optional":true}}},
                 {"name":"F","valueFrom":{"secretKeyRef":{"name":"s","key":"k"}}},
                 {"name":"G","valueFrom":{"fileKeyRef":{"volumeName":"v","path":"p","key":"k"}}},
                 {"name":"H","valueFrom":{"laterRef":{}}},
                 {"name":"I","valueFrom":{"resourceFieldRef":{"resource":"requests.memory","containerName":"web","divisor":0}}}],
                "go":{"image":"agent","env":[{"name":"OTEL_LOG_LEVEL","value":"debug"}],"volume":{}}
                """)
        #expect(
            found.exporter
                == .init(
                    endpoint: "https://$(OTEL_NODE_IP):4318",
                    tls: .init(
                        secretName: "s", configMapName: "c", authority: "ca.crt", certificate: "tls.crt",
                        key: "/etc/tls.key")))
        #expect(found.resource.attributes == ["team": "shop"] && !found.resource.hasUIDs)
        #expect(found.propagators == ["tracecontext", "b3"] && found.usesLabels)
        #expect(found.sampler == .init(type: "parentbased_traceidratio", argument: "0.25"))
        #expect(
            found.environment.map(\.value) == [
                .text(""), .text(""), .field(path: "spec.nodeName"),
                .resource(name: "limits.cpu", container: nil, divisor: "1m"),
                .key(.configMap, object: "m", key: "k", isOptional: true),
                .key(.secret, object: "s", key: "k", isOptional: false), .unsupported("a file of a volume"),
                .unsupported("a source that nodespan doesn't know"),
                .resource(name: "requests.memory", container: "web", divisor: "0"),
            ])
        #expect(found.goEnvironment == [EnvironmentVariable(name: "OTEL_LOG_LEVEL", value: .text("debug"))])
    }

    @Test func `may have next to nothing`() throws {
        let pod: Pod = try KubernetesJSON.decode(from: #"{"metadata":{"labels":null},"spec":{"containers":null}}"#.utf8)
        #expect(pod.containers.isEmpty && pod.metadata.name.isEmpty && pod.podIPs.isEmpty && pod.kubeletUIDs.isEmpty)
        let instrumentation: Instrumentation = try KubernetesJSON.decode(from: #"{"metadata":{}}"#.utf8)
        #expect(instrumentation.environment.isEmpty)
    }

    @Test func `leaves out annotations that are too long to keep`() throws {
        let pod = try samplePod(annotations: ["short": "a", "long": String(repeating: "a", count: 4097)])
        #expect(pod.metadata.annotations == ["short": "a"])
    }

    @Test(
        arguments: [
            (#"{"spec":{}}"#, "an object: it has no 'metadata'"),
            (
                #"{"metadata":{"name":"a","namespace":"b"},"spec":{"sampler":{"type":1}}}"#,
                "b/a: spec.sampler.type is to be a text"
            ),
            (#"{"metadata":{"name":"a"},"spec":{"env":{}}}"#, "a: spec.env is to be a list"),
            (#"{"metadata":{"name":"a"},"spec":{"env":[{"value":"x"}]}}"#, "a: spec.env[0] has no 'name'"),
            (#"{"metadata":{"name":"a"},"spec":{"resource":[]}}"#, "a: spec.resource is to be a set of keys"),
            (
                #"{"metadata":{"name":"a"},"spec":{"resource":{"addK8sUIDAttributes":"yes"}}}"#,
                "a: spec.resource.addK8sUIDAttributes is to be true or false"
            ),
            ("[]", "an object: it is to be a set of keys"), ("", "isn't valid JSON"),
            (#"{"metadata":"#, "isn't valid JSON"),
            ("{\u{0}", "isn't valid JSON"), (String(repeating: "[", count: 100_000), "isn't valid JSON"),
        ])
    func `that is nonsense is named with its field`(text: String, message: String) throws {
        let error = #expect(throws: UnreadableObject.self) {
            try KubernetesJSON.decode(Instrumentation.self, from: text.utf8)
        }
        #expect(try #require(error).description.contains(message))
    }

    @Test func `is kept as far as it is of use`() throws {
        let annotations = ["instrumentation.opentelemetry.io/inject-go": "go", "kubectl.kubernetes.io/x": "{}"]
        let namespace = try sampleNamespace(annotations)
        #expect(namespace.metadata.annotations == ["instrumentation.opentelemetry.io/inject-go": "go"])
        #expect(namespace.isOfUse && namespace.metadata.name == "emojivoto")
        #expect(try !sampleNamespace(["team": "x"]).isOfUse)
        let instrumentation: Instrumentation = try KubernetesJSON.decode(
            from: #"{"metadata":{"name":"go","namespace":"n","uid":"u","labels":{"a":"b"},"annotations":{"c":"d"}}}"#
                .utf8)
        #expect(
            instrumentation.metadata.uid.isEmpty && instrumentation.metadata.labels.isEmpty
                && instrumentation.metadata.annotations.isEmpty && instrumentation.path == "n/go")
    }
}

@Suite struct `An event of a watch` {
    private func event(_ type: String, _ object: String) throws -> WatchEvent<Instrumentation> {
        try KubernetesJSON.decode(from: #"{"type":"\#(type)","object":\#(object)}"#.utf8)
    }

    @Test func `has an object`() throws {
        let object = #"{"kind":"Instrumentation","metadata":{"name":"go","resourceVersion":"7"}}"#
        guard case .added(let added, "7") = try event("ADDED", object),
            case .modified(_, "7") = try event("MODIFIED", object),
            case .deleted(let deleted, "7") = try event("DELETED", object)
        else {
            Issue.record("events of other kinds")
            return
        }
        #expect(added.metadata.name == "go" && deleted == added)
    }

    @Test func `has how far the watch has come, or why it ends`() throws {
        let bookmark = try event(
            "BOOKMARK", #"{"kind":"Instrumentation","metadata":{"resourceVersion":"8","name":""}}"#)
        guard case .bookmark("8") = bookmark else {
            Issue.record("\(bookmark)")
            return
        }
        let failure = try event(
            "ERROR",
            #"{"kind":"Status","status":"Failure","message":"too old","reason":"Expired","code":410,"metadata":{}}"#)
        guard case .failure(410, "Expired", "too old") = failure else {
            Issue.record("\(failure)")
            return
        }
    }

    @Test(arguments: [
        ("ADDED", #"{"metadata":{"name":"go","resourceVersion":"9"},"spec":[]}"#, "go: spec is to be"),
        ("PAINTED", #"{"metadata":{"name":"go","resourceVersion":"9"}}"#, "type is of no known kind"),
    ])
    func `may be unreadable and tell how far the watch has come`(type: String, object: String, message: String) throws {
        let found = try event(type, object)
        guard case .unreadable(let error, "9") = found else {
            Issue.record("\(found)")
            return
        }
        #expect(error.description.contains(message))
    }

    @Test(arguments: ["", "{}", #"{"type":"ADDED"}"#, #"{"type":1,"object":{}}"#, #"{"type":"ERROR","object":7}"#])
    func `isn't any text`(text: String) {
        #expect(throws: UnreadableObject.self) { try KubernetesJSON.decode(WatchEvent<Pod>.self, from: text.utf8) }
    }
}

@Suite struct `A pod's containers` {
    private static let other = String(repeating: "f", count: 64)
    private static let status = """
        "containerStatuses":[{"name":"app","containerID":"containerd://\(id)"},{"name":"web"}],
        "initContainerStatuses":[{"name":"prepare","containerID":"cri-o://\(other)"}]
        """

    private func pod(_ annotations: [String: String] = [:]) throws -> Pod {
        try samplePod(
            annotations: annotations, containers: ["app", "web"], initContainers: ["prepare"], status: Self.status)
    }

    private func identity(_ path: String, mounts: String = "") throws -> ContainerIdentity {
        try #require(
            ContainerIdentity(
                ControlGroups("0::\(path)\n".utf8), mounts: ContainerMounts("1 2 3:4 \(mounts) /x rw".utf8)))
    }

    @Test func `are found by their ids, whatever their kind`() throws {
        #expect(try pod().container(of: identity("/kubepods/pod\(podUID)/\(id)"))?.name == "app")
        #expect(try pod().container(of: identity("/../cri-containerd-\(id).scope"))?.name == "app")
        #expect(try pod().container(of: identity("/kubepods/pod\(podUID)/crio-\(Self.other)"))?.name == "prepare")
    }

    @Test func `are found by their names before the status has their ids`() throws {
        let new = String(repeating: "a", count: 64)
        let web = "/pods/\(podUID)/containers/web/1a"
        #expect(try pod().container(of: identity("/kubepods/pod\(podUID)/\(new)", mounts: web))?.name == "web")
        let sandbox = try identity("/kubepods/pod\(podUID)/\(new)")
        #expect(try pod().container(of: sandbox) == nil)
    }

    @Test func `aren't those of other pods`() throws {
        let uid = "11111111-2222-3333-4444-555555555555"
        #expect(try pod().container(of: identity("/kubepods/pod\(uid)/\(id)")) == nil)
        #expect(try pod().container(of: identity("/", mounts: "/pods/\(uid)/containers/app/1a")) == nil)
    }

    @Test func `are known by the kubelet's own UID of the pod, too`() throws {
        let hash = "d41d8cd98f00b204e9800998ecf8427e"
        let file = try pod(["kubernetes.io/config.hash": hash, "kubernetes.io/config.mirror": hash])
        #expect(file.kubeletUIDs == [podUID, hash])
        #expect(try file.container(of: identity("/kubepods/pod\(hash)/\(id)"))?.name == "app")
        #expect(try pod().container(of: identity("/kubepods/pod\(hash)/\(id)")) == nil)
        // Anybody may write annotations: only the kubelet's status makes it so.
        let new = String(repeating: "a", count: 64)
        let named = try identity("/kubepods/pod\(hash)/\(new)", mounts: "/pods/\(hash)/containers/app/1a")
        #expect(named.containerName == "app" && file.container(of: named) == nil)
        #expect(try pod(["kubernetes.io/config.hash": "11111111-2222-3333-4444-555555555555"]).kubeletUIDs == [podUID])
    }
}
