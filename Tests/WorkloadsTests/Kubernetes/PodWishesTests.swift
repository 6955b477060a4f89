import Testing

@testable import Workloads

private let prefix = "instrumentation.opentelemetry.io/"

private func annotations(_ short: [String: String]) -> [String: String] {
    Dictionary(uniqueKeysWithValues: short.map { (prefix + $0.key, $0.value) })
}

@Suite struct `What a pod asks for` {
    /// What the annotations of the pod and of its namespace come to: internal/instrumentation/annotation.go of the
    /// Operator.
    @Test(
        arguments: [
            ("", "", nil), ("false", "", nil), ("FALSE", "", nil), ("go", "", "go"), ("true", "", "go"),
            ("True", "", "go"),
            ("other/far", "", "far"), ("", "go", "go"), ("", "true", "go"), ("", "TRUE", "go"), ("", "false", nil),
            ("", "other/far", "far"), ("false", "true", nil), ("false", "go", nil), ("go", "other/far", "go"),
            ("other/far", "go", "far"), ("go", "false", "go"), ("true", "false", "go"), ("true", "False", "go"),
            ("TRUE", "other/far", "far"), ("true", "true", "go"),
        ] as [(String, String, String?)], Trigger.allCases)
    func `is said by it, its namespace, or both`(
        values: (own: String, general: String, expected: String?), trigger: Trigger
    ) throws {
        let wishes = PodWishes(
            pod: try samplePod(annotations: values.own.isEmpty ? [:] : annotations([trigger.rawValue: values.own])),
            namespace: try sampleNamespace(annotations([trigger.rawValue: values.general])),
            instrumentations: [
                try sampleInstrumentation(), try sampleInstrumentation("far", namespace: "other"),
                try sampleInstrumentation("go", namespace: "other"),
            ])
        #expect(wishes.refusals.isEmpty)
        #expect(wishes.wishes.map(\.instrumentation.metadata.name) == [values.expected].compactMap { $0 })
        guard values.expected != nil else {
            #expect(wishes.outcome(of: "app") == .none)
            return
        }
        let wish = try #require(wishes.wishes.first)
        #expect(wish.container == "app" && wish.triggers == [trigger])
        #expect(wish.instrumentation.metadata.namespace == (values.expected == "far" ? "other" : "emojivoto"))
        #expect(wishes.outcome(of: "app") == .wanted(wish) && wishes.outcome(of: "web") == .none)
    }

    @Test(
        arguments: [
            ("true", [], .noInstrumentation(namespace: "emojivoto")),
            ("true", ["other/go"], .noInstrumentation(namespace: "emojivoto")),
            (
                "true", ["emojivoto/b", "emojivoto/a"],
                .manyInstrumentations(namespace: "emojivoto", names: ["a", "b"])
            ),
            ("gone", ["emojivoto/go"], .unknownInstrumentation(namespace: "emojivoto", name: "gone")),
            ("other/go", ["emojivoto/go"], .unknownInstrumentation(namespace: "other", name: "go")),
            ("go ", ["emojivoto/go"], .unknownInstrumentation(namespace: "emojivoto", name: "go ")),
            (" true", ["emojivoto/go"], .unknownInstrumentation(namespace: "emojivoto", name: " true")),
            ("GO", ["emojivoto/go"], .unknownInstrumentation(namespace: "emojivoto", name: "GO")),
            ("a/b/c", ["a/b"], .unknownInstrumentation(namespace: "a", name: "b/c")),
            ("/go", ["emojivoto/go"], .unknownInstrumentation(namespace: "", name: "go")),
            ("emojivoto/", ["emojivoto/go"], .unknownInstrumentation(namespace: "emojivoto", name: "")),
        ] as [(String, [String], WishRefusal.Reason)], Trigger.allCases)
    func `is refused where the Instrumentation can't be told`(
        sample: (value: String, known: [String], reason: WishRefusal.Reason), trigger: Trigger
    ) throws {
        let instrumentations = try sample.known.map { path in
            let parts = path.split(separator: "/").map(String.init)
            return try sampleInstrumentation(parts[1], namespace: parts[0])
        }
        let wishes = PodWishes(
            pod: try samplePod(annotations: annotations([trigger.rawValue: sample.value])), namespace: nil,
            instrumentations: instrumentations)
        let refusal = WishRefusal(container: "app", trigger: trigger, reason: sample.reason)
        #expect(wishes.wishes.isEmpty && wishes.refusals == [refusal])
        #expect(wishes.outcome(of: "app") == .refused(refusal))
        #expect(
            refusal.description.contains(trigger.rawValue) && refusal.remedy.contains("\(prefix)\(trigger.rawValue)"))
    }

    private static let threeContainers = ["app", "web", "side"]

    @Test(
        arguments: [
            ([:], ["app"], []), (["container-names": "web"], ["web"], []),
            (["container-names": "web,app"], ["app", "web"], []), (["go-container-names": "side"], ["side"], []),
            (["container-names": "web", "go-container-names": "app"], ["app", "web"], []),
            (["container-names": "web", "go-container-names": "web"], ["web"], []),
            (["container-names": "web,,web,"], ["web"], []), (["sdk-container-names": "web"], ["app"], []),
            (["container-names": "prepare"], ["prepare"], []),
            (["container-names": ","], ["app"], []),
            // What isn't there is said; Go falls back to the first.
            (["container-names": "typo"], ["app"], ["typo"]), (["go-container-names": "typo,web"], ["web"], ["typo"]),
            (["container-names": "App"], ["app"], ["App"]),
        ] as [([String: String], [String], [String])])
    func `is for the containers that inject-go names`(
        sample: (annotations: [String: String], wanted: [String], unknown: [String])
    ) throws {
        for isOfNamespace in [false, true] {
            let names = annotations(sample.annotations)
            let wishes = PodWishes(
                pod: try samplePod(
                    annotations: annotations(["inject-go": "go"]).merging(isOfNamespace ? [:] : names) { $1 },
                    containers: Self.threeContainers, initContainers: ["prepare"]),
                namespace: try sampleNamespace(isOfNamespace ? names : [:]),
                instrumentations: [try sampleInstrumentation()])
            #expect(wishes.wishes.map(\.container) == sample.wanted)
            #expect(wishes.refusals.map(\.container) == sample.unknown)
            for refusal in wishes.refusals {
                #expect(refusal.reason == .unknownContainer(known: ["app", "web", "side", "prepare"]))
                #expect(refusal.remedy.contains("app, web, side, prepare"))
            }
        }
    }

    @Test(
        arguments: [
            ([:], ["app"]), (["sdk-container-names": "web,side"], ["web", "side"]), (["container-names": "typo"], []),
            (["go-container-names": "web"], ["app"]),
        ] as [([String: String], [String])])
    func `is for the containers that inject-sdk names`(names: [String: String], wanted: [String]) throws {
        let wishes = PodWishes(
            pod: try samplePod(
                annotations: annotations(["inject-sdk": "go"].merging(names) { $1 }), containers: Self.threeContainers),
            namespace: nil, instrumentations: [try sampleInstrumentation()])
        #expect(wishes.wishes.map(\.container) == wanted)
        #expect(wishes.wishes.allSatisfy { $0.triggers == [.sdk] })
    }

    @Test(arguments: ["web app", "web, app", "web.app", "w\u{e9}b", "web;app", "web_app", " "])
    func `is refused where containers have impossible names`(value: String) throws {
        for annotation in ["container-names", "go-container-names"] {
            let pod = try samplePod(
                annotations: annotations(["inject-go": "go", annotation: value]), containers: ["app", "web"])
            let wishes = PodWishes(pod: pod, namespace: nil, instrumentations: [try sampleInstrumentation()])
            #expect(wishes.wishes.isEmpty)
            #expect(
                wishes.outcome(of: "app")
                    == .refused(
                        WishRefusal(
                            container: "app", trigger: .go,
                            reason: .invalidContainerNames(annotation: prefix + annotation, value: value))))
        }
    }

    @Test func `may be said twice, and inject-go says how`() throws {
        let pod = try samplePod(
            annotations: annotations([
                "inject-go": "go", "inject-sdk": "other/far", "sdk-container-names": "app,web",
                "otel-go-auto-target-exe": "/srv/app",
            ]), containers: ["app", "web"])
        let instrumentations = [try sampleInstrumentation(), try sampleInstrumentation("far", namespace: "other")]
        let wishes = PodWishes(pod: pod, namespace: nil, instrumentations: instrumentations)
        #expect(wishes.refusals.isEmpty)
        #expect(wishes.wishes.map(\.container) == ["app", "web"])
        #expect(wishes.wishes.map(\.triggers) == [[.go, .sdk], [.sdk]])
        #expect(wishes.wishes.map(\.instrumentation.metadata.name) == ["go", "far"])
        #expect(wishes.wishes.map(\.targetExecutable) == ["/srv/app", nil])
        // One that fails doesn't spoil the other.
        let half = PodWishes(pod: pod, namespace: nil, instrumentations: [instrumentations[1]])
        #expect(half.wishes.map(\.triggers) == [[.sdk], [.sdk]])
        #expect(half.refusals.map(\.trigger) == [.go])
    }

    @Test func `isn't for a pod with the Operator's own sidecar`() throws {
        let sidecar = "opentelemetry-auto-instrumentation"
        let both = annotations(["inject-go": "go", "inject-sdk": "go"])
        let instrumentations = [try sampleInstrumentation()]
        let traced = PodWishes(
            pod: try samplePod(annotations: both, containers: ["app", sidecar]), namespace: nil,
            instrumentations: instrumentations)
        #expect(traced.wishes.isEmpty && traced.refusals.map(\.reason) == [.sidecar(sidecar), .sidecar(sidecar)])
        // Other languages have init containers of similar names.
        let other = PodWishes(
            pod: try samplePod(
                annotations: both, containers: ["app"],
                initContainers: [sidecar, "opentelemetry-auto-instrumentation-java"]),
            namespace: nil, instrumentations: instrumentations)
        #expect(other.wishes.count == 1 && other.refusals.isEmpty)
        let unasked = PodWishes(
            pod: try samplePod(containers: ["app", sidecar]), namespace: nil, instrumentations: instrumentations)
        #expect(unasked.refusals.isEmpty)
    }

    @Test(
        arguments: [
            ([:], "", nil), (["otel-go-auto-target-exe": "/srv/app"], "", "/srv/app"),
            (["otel-go-auto-target-exe": ""], "", nil),
            ([:], #""go":{"env":[{"name":"OTEL_GO_AUTO_TARGET_EXE","value":"/srv/web"}]}"#, "/srv/web"),
            ([:], #""env":[{"name":"OTEL_GO_AUTO_TARGET_EXE","value":"/srv/web"}]"#, "/srv/web"),
            (
                ["otel-go-auto-target-exe": "/srv/app"],
                #""env":[{"name":"OTEL_GO_AUTO_TARGET_EXE","value":"/srv/web"}]"#, "/srv/app"
            ),
        ] as [([String: String], String, String?)])
    func `may be for one executable only`(names: [String: String], spec: String, target: String?) throws {
        let wish = try #require(
            PodWishes(
                pod: try samplePod(annotations: annotations(names.merging(["inject-go": "go"]) { $1 })),
                // The annotation counts on the pod only.
                namespace: try sampleNamespace(annotations(["otel-go-auto-target-exe": "/srv/general"])),
                instrumentations: [try sampleInstrumentation(spec: spec)]
            ).wishes.first)
        #expect(wish.targetExecutable == target)
        #expect(wish.admits(programPath: "/srv/app") == (target != "/srv/web"))
        #expect(wish.admits(programPath: "/srv/app2") == (target == nil))
    }

    @Test func `may be what the guide asks for`() throws {
        let wishes = PodWishes(
            pod: try KubernetesJSON.decode(from: Seed.pod.utf8), namespace: try sampleNamespace(),
            instrumentations: [try KubernetesJSON.decode(from: Seed.instrumentation.utf8)])
        let wish = try #require(wishes.wishes.first)
        #expect(wishes.wishes.count == 1 && wishes.refusals.isEmpty)
        #expect(wish.container == "voting-svc" && wish.triggers == [.sdk] && wish.targetExecutable == nil)
        #expect(wish.instrumentation.sampler.type == "always_on")
    }
}

@Suite struct `A program with an SDK of its own` {
    @Test(
        arguments: [
            (true, ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"], "OTEL_EXPORTER_OTLP_ENDPOINT"),
            (true, ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c:4318"], "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"),
            (true, ["OTEL_EXPORTER_ZIPKIN_ENDPOINT": "http://c"], "OTEL_EXPORTER_ZIPKIN_ENDPOINT"),
            (true, ["OTEL_TRACES_EXPORTER": "otlp"], "OTEL_TRACES_EXPORTER"),
            (true, ["OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"], nil),
            (true, ["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://c:4318"], nil),
            (true, ["OTEL_EXPORTER_PROMETHEUS_PORT": "9464"], nil), (true, ["OTEL_EXPORTER_OTLP_ENDPOINT": ""], nil),
            (true, ["OTEL_SERVICE_NAME": "a"], nil), (true, [:], nil),
            (false, ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"], nil),
        ] as [(Bool, [String: String], String?)])
    func `is left alone where only inject-sdk asks for it`(
        hasSDK: Bool, environment: [String: String], variable: String?
    ) throws {
        let instrumentation = try sampleInstrumentation()
        func wish(_ triggers: Set<Trigger>) -> InstrumentationWish {
            InstrumentationWish(
                container: "app", triggers: triggers, instrumentation: instrumentation, targetExecutable: nil)
        }
        let refusal = wish([.sdk]).refusal(hasSDK: hasSDK, environment: environment)
        #expect(refusal?.reason == variable.map { .ownSDK(variable: $0) })
        #expect(wish([.go]).refusal(hasSDK: hasSDK, environment: environment) == nil)
        #expect(wish([.go, .sdk]).refusal(hasSDK: hasSDK, environment: environment) == nil)
    }
}
