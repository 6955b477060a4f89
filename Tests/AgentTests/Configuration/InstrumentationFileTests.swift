import Agent
import SystemPackage
import TestSupport
import Testing
import Workloads

@Suite struct `An Instrumentation of a file` {
    private static let file = """
        apiVersion: v1
        kind: Namespace
        metadata: {name: shop}
        ---
        apiVersion: opentelemetry.io/v1alpha1
        kind: Instrumentation
        metadata: {name: shop, namespace: shop}
        spec:
          exporter: {endpoint: "http://collector:4318"}
          resource: {resourceAttributes: {team: 42}}
          propagators: [tracecontext]
          sampler: {type: traceidratio, argument: "0.25"}
          env: [{name: OTEL_A, value: "1"}]
          java: {image: x}
        ---
        apiVersion: opentelemetry.io/v1alpha1
        kind: Instrumentation
        metadata: {name: other}
        """

    private func read(_ instrumentation: String, file: String = file, rest: String = "") throws -> AgentConfiguration {
        let folder = try TemporaryFolder()
        try writeFile("\(folder.path)/shop.yaml", Array(file.utf8))
        let text = """
            apiVersion: nodespan/v1
            rules: [{match: {port: 80}, instrumentation: "\(instrumentation)"\(rest)}]
            destinations: [{name: near, endpoint: "http://near:4318"}]
            """
        do throws(ConfigurationError) {
            return try AgentConfiguration.read(text, file: "\(folder.path)/c.yaml", environment: [:])
        } catch {
            // Without the folder's name, which differs.
            throw Wrong(
                problems: error.problems.map {
                    $0.description.split(separator: folder.path + "/", omittingEmptySubsequences: false).joined()
                })
        }
    }

    private struct Wrong: Error {
        let problems: [String]
    }

    @Test func `is one of a rule's settings, by its name`() throws {
        let rule = try #require(read("shop.yaml#shop").rules.first)
        let named = try #require(rule.instrumentation)
        #expect(named.place.hasSuffix("/shop.yaml#shop"))
        #expect(named.resource.exporter.endpoint == "http://collector:4318")
        #expect(named.resource.resource.attributes == ["team": "42"])
        #expect(named.resource.sampler.type == "traceidratio" && named.resource.sampler.argument == "0.25")
        #expect(named.resource.propagators == ["tracecontext"])
        #expect(named.resource.environment.map(\.name) == ["OTEL_A"])
        // Where spans go is for the Instrumentation to say, unless the rule does.
        #expect(rule.destination == nil)
        #expect(try read("shop.yaml#other", rest: ", destination: near").rules.first?.destination == "near")
    }

    @Test(arguments: [
        (#"endpoint: "collector:4317""#, ""), (#"endpoint: "unix:/run/otel.sock""#, ""),
        (#"endpoint: "collector:4318""#, "env: [{name: OTEL_EXPORTER_OTLP_PROTOCOL, value: grpc}]"),
        (#"endpoint: "collector""#, #"go: {env: [{name: OTEL_EXPORTER_OTLP_ENDPOINT, value: "http://a:4318"}]}"#),
        (#"endpoint: "collector""#, #"env: [{name: OTEL_EXPORTER_OTLP_ENDPOINT, value: "http://a:4318"}]"#),
        (#"endpoint: "$(HOST):4318""#, ""),
    ])
    func `may name whatever its programs could`(exporter: String, rest: String) throws {
        let file = """
            apiVersion: opentelemetry.io/v1alpha1
            kind: Instrumentation
            metadata: {name: a}
            spec:
              exporter: {\(exporter)}
              \(rest)
            """
        #expect(try read("shop.yaml", file: file).rules.first?.instrumentation != nil)
    }

    @Test func `is shown where it is`() throws {
        let configuration = try read("shop.yaml#other")
        let place = try #require(configuration.rules.first?.instrumentation?.place)
        #expect(try EffectiveConfiguration(configuration).yaml().contains("instrumentation: \(place)"))
    }

    @Test(arguments: [
        ("nowhere.yaml", "c.yaml:2: rules[0].instrumentation: nowhere.yaml can't be read: No such file or directory"),
        (
            "shop.yaml",
            "c.yaml:2: rules[0].instrumentation: shop.yaml holds several: shop, other; name one behind the file, as "
                + "shop.yaml#shop"
        ),
        (
            "shop.yaml#shpo",
            "c.yaml:2: rules[0].instrumentation: shop.yaml has no Instrumentation shpo; did you mean shop?"
        ),
    ])
    func `has to be there`(text: String, problem: String) throws {
        let error = try #require(throws: Wrong.self) { try read(text) }
        #expect(error.problems == [problem])
    }

    @Test(arguments: [
        ("a: [", ["shop.yaml:2: is no YAML"]),
        ("kind: Pod", ["c.yaml:2: rules[0].instrumentation: shop.yaml holds no "]),
        ("\u{0}", ["shop.yaml"]),
        (
            """
            apiVersion: opentelemetry.io/v1beta1
            kind: Instrumentation
            metadata: {name: a}
            spec:
              exporter: {endpoint: "collector:4318", tls: {secretName: s, configMapName: "", ca_file: ca.crt}}
              env:
                - {name: OTEL_A, value: "1"}
                - name: OTEL_B
                  valueFrom: {fieldRef: {fieldPath: spec.nodeName}}
            """,
            [
                "shop.yaml:1: apiVersion: is to be opentelemetry.io/v1alpha1",
                "shop.yaml:5: spec.exporter.tls.secretName: there is no cluster here",
                "shop.yaml:5: spec.exporter.endpoint: not an http://",
                "shop.yaml:9: spec.env[1].valueFrom: there is no pod here",
            ]
        ),
        (
            """
            apiVersion: opentelemetry.io/v1alpha1
            kind: Instrumentation
            metadata: {name: a}
            spec:
              go:
                env: [{value: "1"}]
            """, ["shop.yaml:6: spec.go.env[0]: has no 'name'"]
        ),
        (
            """
            apiVersion: opentelemetry.io/v1alpha1
            kind: Instrumentation
            metadata: {name: a}
            spec:
              propagators: tracecontext
            """, ["shop.yaml:5: spec.propagators: is to be a list"]
        ),
    ])
    func `has to be right`(file: String, beginnings: [String]) throws {
        let error = try #require(throws: Wrong.self) { try read("shop.yaml", file: file) }
        #expect(error.problems.count == beginnings.count, "\(error.problems)")
        for (problem, beginning) in zip(error.problems, beginnings) {
            #expect(problem.hasPrefix(beginning), "\(problem)")
        }
    }
}
