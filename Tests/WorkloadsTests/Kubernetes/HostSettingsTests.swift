import Testing

@testable import Workloads

@Suite struct `What a process of no pod is traced with` {
    private func settings(spec: String, own: [String: String] = [:]) throws -> WorkloadSettings {
        WorkloadSettings(try sampleInstrumentation(spec: spec), own: own)
    }

    @Test func `is what it says itself, and then the Instrumentation, from the first that says anything`() throws {
        let spec = """
            "exporter":{"endpoint":"http://$(HOST_OF_MINE):4318"},"propagators":["tracecontext","b3"],
            "sampler":{"type":"traceidratio","argument":"0.25"},
            "env":[{"name":"OTEL_A","value":"env"},{"name":"OTEL_B","value":"env"},{"name":"OTEL_C","value":"env"}],
            "go":{"env":[{"name":"OTEL_A","value":"go"},{"name":"OTEL_B","value":"go"}]}
            """
        let made = try settings(spec: spec, own: ["OTEL_A": "own", "HOST_OF_MINE": "collector", "PATH": "/bin"])
        #expect(
            made.environment == [
                "OTEL_A": "own", "OTEL_B": "go", "OTEL_C": "env", "OTEL_PROPAGATORS": "tracecontext,b3",
                "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318", "OTEL_TRACES_SAMPLER": "traceidratio",
                "OTEL_TRACES_SAMPLER_ARG": "0.25",
            ])
        #expect(made.notices.isEmpty && made.files.isEmpty)
        let own = try settings(spec: spec, own: ["OTEL_TRACES_SAMPLER": "always_off"]).environment
        #expect(own["OTEL_TRACES_SAMPLER"] == "always_off" && own["OTEL_TRACES_SAMPLER_ARG"] == nil)
    }

    @Test(
        arguments: [
            ([:], "deployment.environment.name=prod,service.name=shop,team=a%2Cb"),
            (
                ["OTEL_RESOURCE_ATTRIBUTES": "team=mine,x=y"],
                "team=mine,x=y,deployment.environment.name=prod,service.name=shop"
            ),
            (["OTEL_RESOURCE_ATTRIBUTES": "nonsense"], "deployment.environment.name=prod,service.name=shop,team=a%2Cb"),
        ] as [([String: String], String)])
    func `has the Instrumentation's attributes behind its own, and none of a cluster`(
        own: [String: String], text: String
    ) throws {
        let attributes = #"{"team":"a,b","service.name":"shop","deployment.environment.name":"$(STAGE)","empty":""}"#
        let made = try settings(
            spec: #""resource":{"addK8sUIDAttributes":true,"resourceAttributes":\#(attributes)}"#,
            own: own.merging(["STAGE": "prod"]) { $1 })
        #expect(made.environment == ["OTEL_RESOURCE_ATTRIBUTES": text])
        #expect(made.notices.count == (own.values.contains("nonsense") ? 1 : 0))
    }

    @Test func `has nothing from a pod`() throws {
        let made = try settings(
            spec: #""env":[{"name":"OTEL_A","valueFrom":{"secretKeyRef":{"name":"s","key":"k"}}}]"#)
        #expect(made.environment.isEmpty)
        #expect(made.notices == [.unsupported(variable: "OTEL_A", source: "a pod, and there is none")])
    }
}

@Suite struct `A variable that nodespan doesn't obey` {
    private func variables(_ own: [String: String]) throws -> [String] {
        try WorkloadSettings(sampleInstrumentation(), own: own).notices.map { notice in
            guard case .unobeyed(let variable, let value, _) = notice else { return "\(notice)" }
            return "\(variable)=\(value)"
        }
    }

    @Test(arguments: ["OTEL_BSP_MAX_QUEUE_SIZE", "OTEL_BSP_EXPORT_TIMEOUT"])
    func `is told of where it is for the node to say`(name: String) throws {
        #expect(try variables([name: "4096"]) == ["\(name)=4096"])
        #expect(try variables([name: ""]) == [])
    }

    @Test(arguments: [
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"), ("OTEL_EXPORTER_OTLP_TIMEOUT", "500"),
        ("OTEL_BSP_SCHEDULE_DELAY", "500"), ("OTEL_PROPAGATORS", "tracecontext,baggage"),
        ("OTEL_PROPAGATORS", "b3, TraceContext"),
    ])
    func `isn't one that is obeyed, or says what is done anyway`(name: String, value: String) throws {
        #expect(try variables([name: value]) == [])
    }

    @Test(arguments: ["b3", "none", "b3,jaeger"])
    func `may name propagators without the one that there is`(value: String) throws {
        #expect(try variables(["OTEL_PROPAGATORS": value]) == ["OTEL_PROPAGATORS=\(value)"])
    }

    @Test func `is told of for a pod, whether the Operator was there or not`() throws {
        let pod = try samplePod()
        func notices(_ own: [String: String]) throws -> [String] {
            let wish = InstrumentationWish(
                container: "app", triggers: [.go],
                instrumentation: try sampleInstrumentation(spec: #""propagators":["b3"]"#), targetExecutable: nil)
            return WorkloadSettings(
                wish, pod: pod, owners: WorkloadOwners(of: pod, needsUIDs: false) { _ in nil }, own: own
            ).notices.map(\.description)
        }
        let expected =
            "OTEL_PROPAGATORS is 'b3', which nodespan doesn't obey: trace contexts travel as tracecontext has them"
        #expect(try notices([:]) == [expected])
        #expect(
            try notices(["OTEL_RESOURCE_ATTRIBUTES_POD_NAME": "voting-1", "OTEL_PROPAGATORS": "b3"]) == [expected])
    }
}
