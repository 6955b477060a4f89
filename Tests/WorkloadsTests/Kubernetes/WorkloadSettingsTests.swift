import Testing

@testable import Workloads

private let endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT"

/// What a process of the container "app" is traced with.
private func settings(
    spec: String = "", own: [String: String] = [:], triggers: Set<Trigger> = [.go], pod: Pod? = nil,
    objects: @escaping (ObjectKey) -> ObjectValue = { _ in .unread }
) throws -> WorkloadSettings {
    let pod = try pod ?? samplePod()
    return WorkloadSettings(
        InstrumentationWish(
            container: "app", triggers: triggers, instrumentation: try sampleInstrumentation(spec: spec),
            targetExecutable: nil),
        pod: pod, owners: WorkloadOwners(of: pod, needsUIDs: false) { _ in nil }, own: own, objects: objects)
}

@Suite struct `The environment that a process is traced with` {
    /// From the last that counts to the first.
    @Test func `has what the first says that says anything`() throws {
        let field = #""exporter":{"endpoint":"http://field"},"#
        let general = #""env":[{"name":"OTEL_EXPORTER_OTLP_ENDPOINT","value":"http://env"}],"#
        let go = #""go":{"env":[{"name":"OTEL_EXPORTER_OTLP_ENDPOINT","value":"http://go"}]},"#
        func found(_ spec: String, own: [String: String] = [:], triggers: Set<Trigger> = [.go]) throws -> String? {
            try settings(spec: String(spec.dropLast()), own: own, triggers: triggers).environment[endpoint]
        }
        #expect(try found("") == nil)
        #expect(try found(field) == "http://field")
        #expect(try found(field + general) == "http://env")
        #expect(try found(field + general + go) == "http://go")
        #expect(try found(field + general + go, own: [endpoint: "http://own"]) == "http://own")
        #expect(try found(field + general + go, own: [endpoint: ""]) == "")
        // The Go section is for inject-go.
        #expect(try found(field + general + go, triggers: [.sdk]) == "http://env")
        #expect(try found(field + general + go, triggers: [.go, .sdk]) == "http://go")
    }

    @Test func `has the first of two definitions of a name`() throws {
        let made = try settings(
            spec:
                #""env":[{"name":"OTEL_A","value":"1"},{"name":"OTEL_A","value":"2"},{"name":"OTEL_B","value":"$(OTEL_A)"}]"#
        )
        #expect(made.environment["OTEL_A"] == "1" && made.environment["OTEL_B"] == "1")
    }

    @Test(
        arguments: [
            ("http://$(OTEL_NODE_IP):4318", "http://10.0.0.7:4318"),
            ("http://$(OTEL_POD_IP):4318", "http://10.244.1.5:4318"),
            ("http://$(HOST_OF_MINE):4318", "http://own:4318"), ("http://$(LATER)", "http://$(LATER)"),
            ("$$(A)", "$(A)"),
            ("$(OTEL_RESOURCE_ATTRIBUTES_POD_NAME)", "$(OTEL_RESOURCE_ATTRIBUTES_POD_NAME)"),
        ])
    func `has endpoints with variables replaced that are defined before`(text: String, expected: String) throws {
        let own = ["HOST_OF_MINE": "own"]
        let made = try settings(spec: #""exporter":{"endpoint":"\#(text)"}"#, own: own)
        #expect(made.environment[endpoint] == expected)
        #expect(made.environment["HOST_OF_MINE"] == nil)
        let entries = #"{"name":"OTEL_EXPORTER_OTLP_ENDPOINT","value":"\#(text)"},{"name":"LATER","value":"x"}"#
        #expect(try settings(spec: #""env":[\#(entries)]"#, own: own).environment[endpoint] == expected)
        // What is in the process's environment was replaced before it started.
        #expect(try settings(own: [endpoint: text]).environment[endpoint] == text)
    }

    @Test
    func `has the addresses of the pod and its node, and says that they are to come where somebody refers to them`()
        throws
    {
        let made = try settings()
        #expect(made.environment["OTEL_NODE_IP"] == "10.0.0.7" && made.environment["OTEL_POD_IP"] == "10.244.1.5")
        #expect(made.notices.isEmpty)
        let early = try settings(pod: try samplePod(status: ""))
        #expect(early.environment["OTEL_NODE_IP"] == nil)
        #expect(early.notices.isEmpty)
        let address = #""exporter":{"endpoint":"http://$(OTEL_NODE_IP):4318"}"#
        let asked = try settings(spec: address, pod: try samplePod(status: ""))
        #expect(asked.notices == [.noField(variable: "OTEL_NODE_IP", path: "status.hostIP")])
        let twice = #""env":[{"name":"OTEL_A","value":"$(OTEL_POD_IP)"},{"name":"OTEL_B","value":"$(OTEL_POD_IP)"}]"#
        let names = try settings(spec: twice, pod: try samplePod(status: "")).notices
        #expect(names == [.noField(variable: "OTEL_POD_IP", path: "status.podIP")])
        #expect(try settings(own: ["OTEL_POD_IP": "1.2.3.4"]).environment["OTEL_POD_IP"] == "1.2.3.4")
    }

    @Test func `has values from elsewhere`() throws {
        let spec = """
            "env":[{"name":"OTEL_A","valueFrom":{"fieldRef":{"fieldPath":"spec.nodeName"}}},
             {"name":"OTEL_B","valueFrom":{"resourceFieldRef":{"resource":"requests.cpu","divisor":"1m"}}},
             {"name":"OTEL_C","valueFrom":{"secretKeyRef":{"name":"s","key":"k"}}},
             {"name":"OTEL_D","valueFrom":{"configMapKeyRef":{"name":"m","key":"k"}}},
             {"name":"OTEL_E","valueFrom":{"fileKeyRef":{"volumeName":"v","path":"p","key":"k"}}},
             {"name":"OTEL_F","valueFrom":{"fieldRef":{"fieldPath":"status.phase"}}},
             {"name":"OTEL_G","value":"$(OTEL_C)"},{"name":"OTEL_H","value":"$(OTEL_A)"},
             {"name":"OTEL_I","valueFrom":{"configMapKeyRef":{"name":"m","key":"none","optional":true}}}],
            "go":{"env":[]}
            """
        let secret = ObjectKey(.secret, namespace: "emojivoto", name: "s", key: "k")
        let map = ObjectKey(.configMap, namespace: "emojivoto", name: "m", key: "k")
        let optional = ObjectKey(.configMap, namespace: "emojivoto", name: "m", key: "none")
        let rest: [SettingNotice] = [
            .unsupported(variable: "OTEL_E", source: "a file of a volume"),
            .noField(variable: "OTEL_F", path: "status.phase"),
        ]
        let unread = try settings(spec: spec)
        #expect(unread.environment["OTEL_A"] == "node-7" && unread.environment["OTEL_B"] == "0")
        #expect(unread.environment["OTEL_G"] == "$(OTEL_C)" && unread.environment["OTEL_H"] == "node-7")
        #expect(["OTEL_C", "OTEL_D", "OTEL_E", "OTEL_F", "OTEL_I"].allSatisfy { unread.environment[$0] == nil })
        #expect(
            unread.notices == [.unread(variable: "OTEL_C", secret), .unread(variable: "OTEL_D", map)] + rest + [
                .unread(variable: "OTEL_I", optional)
            ])
        #expect(unread.notices.first?.description.contains("the key 'k' of the Secret emojivoto/s") == true)
        // A value isn't looked into.
        let read = try settings(spec: spec) { $0 == secret ? .text("$(OTEL_A)") : .missing }
        #expect(read.environment["OTEL_C"] == "$(OTEL_A)" && read.environment["OTEL_G"] == "$(OTEL_A)")
        #expect(read.notices == [.missing(variable: "OTEL_D", map)] + rest)
    }

    @Test func `has nothing in place of what can't be had`() throws {
        let made = try settings(
            spec: """
                "exporter":{"endpoint":"http://field"},"env":[{"name":"OTEL_EXPORTER_OTLP_ENDPOINT","value":"http://env"}],
                "go":{"env":[{"name":"OTEL_EXPORTER_OTLP_ENDPOINT","valueFrom":{"secretKeyRef":{"name":"s","key":"k"}}}]}
                """)
        #expect(made.environment[endpoint] == nil && made.notices.count == 1)
    }

    @Test func `has propagators`() throws {
        let spec = #""propagators":["tracecontext","baggage","b3"]"#
        #expect(try settings(spec: spec).environment["OTEL_PROPAGATORS"] == "tracecontext,baggage,b3")
        #expect(try settings(spec: spec, own: ["OTEL_PROPAGATORS": "b3"]).environment["OTEL_PROPAGATORS"] == "b3")
        #expect(try settings(spec: #""propagators":[]"#).environment["OTEL_PROPAGATORS"] == nil)
    }

    @Test(
        arguments: [
            ("", [:], "/otel-auto-instrumentation-secret-s/ca.crt", ObjectKey.Kind.secret),
            (#","configMapName":"c""#, [:], "/otel-auto-instrumentation-configmap-c/ca.crt", .configMap),
            ("", ["OTEL_EXPORTER_OTLP_CERTIFICATE": "/own"], "/own", nil),
        ] as [(String, [String: String], String, ObjectKey.Kind?)])
    func `has files of the connection`(rest: String, own: [String: String], path: String, kind: ObjectKey.Kind?) throws
    {
        let made = try settings(
            spec:
                #""exporter":{"tls":{"secretName":"s","ca_file":"ca.crt","cert_file":"tls.crt","key_file":"/etc/key"\#(rest)}}"#,
            own: own)
        #expect(made.environment["OTEL_EXPORTER_OTLP_CERTIFICATE"] == path)
        let name = kind == .configMap ? "c" : "s"
        #expect(
            made.files["OTEL_EXPORTER_OTLP_CERTIFICATE"]
                == kind.map { ObjectKey($0, namespace: "emojivoto", name: name, key: "ca.crt") })
        // What is the client's own is no ConfigMap's.
        #expect(
            made.files["OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"]
                == ObjectKey(.secret, namespace: "emojivoto", name: "s", key: "tls.crt"))
        // Nor is it shown to whom the program trusts.
        let (certificate, key) = (
            made.environment["OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"], made.environment["OTEL_EXPORTER_OTLP_CLIENT_KEY"]
        )
        #expect(certificate == (own.isEmpty ? "/otel-auto-instrumentation-secret-s/tls.crt" : nil))
        #expect(key == (own.isEmpty ? "/etc/key" : nil))
        #expect(made.files["OTEL_EXPORTER_OTLP_CLIENT_KEY"] == nil)
    }

    @Test func `has no file that is nowhere`() throws {
        let made = try settings(spec: #""exporter":{"tls":{"configMapName":"c","cert_file":"tls.crt"}}"#)
        #expect(made.environment["OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"] == nil && made.files.isEmpty)
        #expect(made.notices == [.nowhere(variable: "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", file: "tls.crt")])
    }

    @Test func `is what the Operator made of it, where it was there`() throws {
        let own = [
            "OTEL_RESOURCE_ATTRIBUTES_POD_NAME": "voting-1", endpoint: "http://operator", "PATH": "/bin",
            "OTEL_RESOURCE_ATTRIBUTES": "k8s.pod.name=voting-1", "OTEL_TRACES_SAMPLER": "xray",
        ]
        let made = try settings(
            spec: #""exporter":{"endpoint":"http://field"},"propagators":["b3"],"sampler":{"type":"always_on"}"#,
            own: own)
        #expect(
            made.environment == [
                "OTEL_RESOURCE_ATTRIBUTES_POD_NAME": "voting-1", endpoint: "http://operator",
                "OTEL_RESOURCE_ATTRIBUTES": "k8s.pod.name=voting-1",
            ])
        #expect(made.notices == [.unknownSampler("xray")])
    }

    @Test func `has files of the connection where the Operator has mounted them`() throws {
        let own = [
            "OTEL_RESOURCE_ATTRIBUTES_POD_NAME": "voting-1",
            "OTEL_EXPORTER_OTLP_CERTIFICATE": "/otel-auto-instrumentation-configmap-c/ca.crt",
            "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE": "/otel-auto-instrumentation-secret-s/tls.crt",
            "OTEL_EXPORTER_OTLP_CLIENT_KEY": "/own/tls.key",
        ]
        let tls = #""secretName":"s","configMapName":"c","ca_file":"ca.crt","cert_file":"tls.crt","key_file":"tls.key""#
        let made = try settings(spec: #""exporter":{"tls":{\#(tls)}}"#, own: own)
        #expect(
            made.files == [
                "OTEL_EXPORTER_OTLP_CERTIFICATE": ObjectKey(
                    .configMap, namespace: "emojivoto", name: "c", key: "ca.crt"),
                "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE": ObjectKey(
                    .secret, namespace: "emojivoto", name: "s", key: "tls.crt"),
            ])
    }

    @Test(.timeLimit(.minutes(1))) func `stays small, whatever the Instrumentation makes of it`() throws {
        // Each holds the one before it twice.
        let doubling = (1...64).map { #"{"name":"OTEL_\#($0)","value":"$(OTEL_\#($0 - 1))$(OTEL_\#($0 - 1))"}"# }
        let made = try settings(
            spec: #""env":[{"name":"OTEL_0","value":"0123456789"},\#(doubling.joined(separator: ","))]"#)
        #expect(made.environment["OTEL_1"] == "01234567890123456789")
        #expect(made.environment.values.reduce(0) { $0 + $1.utf8.count } <= 1 << 20)
        #expect(made.notices.contains(.tooLong(variable: "OTEL_14")))
        let wide = (1...64).map { #"{"name":"OTEL_W\#($0)","value":"$(OTEL_13)"}"# }
        let many = try settings(
            spec:
                #""env":[{"name":"OTEL_13","value":"\#(String(repeating: "x", count: 81_920))"},\#(wide.joined(separator: ","))]"#
        )
        #expect(many.environment.values.reduce(0) { $0 + $1.utf8.count } <= 1 << 20)
        #expect(many.notices.contains(.tooLong(variable: "OTEL_W64")))
    }
}

@Suite struct `The sampler that a process is traced with` {
    @Test(
        arguments: [
            (nil, nil, nil, nil, nil), ("always_on", nil, "always_on", nil, nil),
            ("always_off", nil, "always_off", nil, nil),
            ("always_on", "0.5", "always_on", nil, nil),
            ("parentbased_always_on", nil, "parentbased_always_on", nil, nil),
            ("parentbased_always_off", nil, "parentbased_always_off", nil, nil),
            ("traceidratio", nil, "traceidratio", nil, nil), ("traceidratio", "0.25", "traceidratio", "0.25", nil),
            ("parentbased_traceidratio", " 1 ", "parentbased_traceidratio", "1", nil),
            (" Parentbased_TraceIdRatio", "0", "parentbased_traceidratio", "0", nil),
            (
                "traceidratio", "1.5", "traceidratio", nil,
                .invalidSamplerArgument(sampler: "traceidratio", argument: "1.5")
            ),
            (
                "traceidratio", "nan", "traceidratio", nil,
                .invalidSamplerArgument(sampler: "traceidratio", argument: "nan")
            ),
            (
                "traceidratio", "half", "traceidratio", nil,
                .invalidSamplerArgument(sampler: "traceidratio", argument: "half")
            ),
            (
                "jaeger_remote", "endpoint=http://j:14250,pollingIntervalMs=5000,initialSamplingRate=0.25",
                "jaeger_remote", "endpoint=http://j:14250,pollingIntervalMs=5000,initialSamplingRate=0.25", nil
            ),
            (" Parentbased_jaeger_remote", nil, "parentbased_jaeger_remote", nil, nil),
            ("xray", nil, nil, nil, .unknownSampler("xray")), ("nonsense", "1", nil, nil, .unknownSampler("nonsense")),
        ] as [(String?, String?, String?, String?, SettingNotice?)])
    func `is one that nodespan has, wherever it comes from`(
        type: String?, argument: String?, sampler: String?, takes: String?, notice: SettingNotice?
    ) throws {
        let fields = ["type": type, "argument": argument].compactMapValues { $0 }
        let variables = ["OTEL_TRACES_SAMPLER": type, "OTEL_TRACES_SAMPLER_ARG": argument].compactMapValues { $0 }
        for made in [try settings(spec: #""sampler":\#(json(fields))"#), try settings(own: variables)] {
            #expect(made.environment["OTEL_TRACES_SAMPLER"] == sampler)
            #expect(made.environment["OTEL_TRACES_SAMPLER_ARG"] == takes)
            #expect(made.notices == [notice].compactMap { $0 })
        }
    }

    /// The Instrumentation's sampler is one with its argument.
    @Test(
        arguments: [
            (["OTEL_TRACES_SAMPLER": "always_off"], "always_off", nil),
            (["OTEL_TRACES_SAMPLER": "traceidratio"], "traceidratio", nil),
            (["OTEL_TRACES_SAMPLER_ARG": "0.5"], nil, nil), ([:], "parentbased_traceidratio", "0.25"),
        ] as [([String: String], String?, String?)])
    func `isn't put together from two places`(own: [String: String], sampler: String?, argument: String?) throws {
        let spec = #""sampler":{"type":"parentbased_traceidratio","argument":"0.25"}"#
        let made = try settings(spec: spec, own: own)
        #expect(made.environment["OTEL_TRACES_SAMPLER"] == sampler)
        #expect(made.environment["OTEL_TRACES_SAMPLER_ARG"] == argument)
    }
}
