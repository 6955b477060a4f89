import OTLP
import Testing
import Workloads

@testable import Agent

@Suite struct `What an environment says of the export of traces` {
    private let endpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
    private let general = "OTEL_EXPORTER_OTLP_ENDPOINT"

    private func url(_ environment: [String: String]) throws -> OTLPEndpoint {
        let variables = ExporterVariables(environment)
        return try DestinationPolicy().place(of: variables.named, protocol: variables.protocol, namespace: nil).endpoint
    }

    /// By the specification's "OpenTelemetry Protocol Exporter".
    @Test(
        arguments: [
            ([:], "http://c.x:4318", .httpProtobuf, "http://c.x:4318/v1/traces"),
            ([:], "http://c.x:4317", .grpc, "http://c.x:4317"),
            ([:], "c.x:4317", .grpc, "https://c.x:4317"),
            (["INSECURE": "true"], "c.x:4317", .grpc, "http://c.x:4317"),
            (["INSECURE": "TRUE", "PROTOCOL": "grpc"], "c.x:99", .grpc, "http://c.x:99"),
            (["INSECURE": "maybe"], "c.x:4317", .grpc, "https://c.x:4317"),
            // It is for endpoints that don't say it themselves.
            (["INSECURE": "true"], "https://c.x:4317", .grpc, "https://c.x:4317"),
            (["PROTOCOL": "grpc"], "https://c.x:4318/v1/traces", .grpc, "https://c.x:4318"),
            (["PROTOCOL": " GRPC "], "http://c.x:4318", .grpc, "http://c.x:4318"),
            (["PROTOCOL": "http/protobuf"], "http://c.x:4317", .httpProtobuf, "http://c.x:4317/v1/traces"),
            (["PROTOCOL": "http/json"], "http://c.x:4318/a", .httpJSON, "http://c.x:4318/a/v1/traces"),
            (["PROTOCOL": "thrift"], "http://c.x:4318", .httpProtobuf, "http://c.x:4318/v1/traces"),
        ] as [([String: String], String, ExportProtocol, String)])
    func `is an endpoint and its protocol`(
        rest: [String: String], text: String, spoken: ExportProtocol, url: String
    ) throws {
        let settings = Dictionary(uniqueKeysWithValues: rest.map { ("OTEL_EXPORTER_OTLP_\($0)", $1) })
        let found = try self.url(settings.merging([general: text]) { $1 })
        #expect(found.protocol == spoken && found.url == url)
        // For traces alone goes before, but an empty one is unset.
        let traces = Dictionary(uniqueKeysWithValues: rest.map { ("OTEL_EXPORTER_OTLP_TRACES_\($0)", $1) })
        #expect(try self.url(traces.merging([general: text, endpoint: ""]) { $1 }) == found)
        let wrong = Dictionary(uniqueKeysWithValues: rest.map { key, _ in ("OTEL_EXPORTER_OTLP_\(key)", "") })
        #expect(try self.url(traces.merging(wrong) { $1 }.merging([general: text]) { $1 }) == found)
    }

    @Test(arguments: [
        ("http://c.x:4318/own", "http://c.x:4318/own"), ("http://c.x:4318/own/", "http://c.x:4318/own/"),
        ("http://c.x:4318", "http://c.x:4318/"), ("http://c.x:4318/", "http://c.x:4318/"),
        ("http://c.x:4317/own", "http://c.x:4317"),
    ])
    func `is taken as it stands where it is for traces alone`(text: String, url: String) throws {
        #expect(try self.url([endpoint: text, general: "http://other:1"]).url == url)
    }

    @Test(arguments: [("c.x:4318", [:]), ("c.x:4317", ["OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"]), ("c.x", [:])])
    func `has a scheme for HTTP`(text: String, rest: [String: String]) {
        #expect(throws: DestinationRefusal.self) { try url(rest.merging([general: text]) { $1 }) }
    }

    @Test func `is how the receiver is spoken to`() throws {
        let variables = ExporterVariables([
            "OTEL_EXPORTER_OTLP_HEADERS": "a=1", "OTEL_EXPORTER_OTLP_TRACES_HEADERS": "b=2, c=%20",
            "OTEL_EXPORTER_OTLP_TIMEOUT": "2500", "OTEL_EXPORTER_OTLP_COMPRESSION": "GZIP",
            "OTEL_BSP_SCHEDULE_DELAY": "200", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "64",
        ])
        #expect(try variables.headers == [OTLPHeader("b=2"), OTLPHeader("c= ")])
        #expect(variables.timeout == .milliseconds(2500) && variables.compression == .gzip)
        #expect(variables.batch == BatchLimits(age: .milliseconds(200), spans: 64))
        #expect(variables.problems.isEmpty && variables.exporter == .otlp && variables.declining == nil)
    }

    @Test(arguments: ["0", "99999999", "99999999999999999999999999"])
    func `has nothing wait for ever`(text: String) {
        let variables = ExporterVariables([
            "OTEL_EXPORTER_OTLP_TIMEOUT": text, "OTEL_BSP_SCHEDULE_DELAY": text,
        ])
        #expect(variables.timeout == .seconds(60) && variables.batch.age == .seconds(60) && variables.problems.isEmpty)
    }

    @Test(
        arguments: [
            ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", ["-1", "10s", "1.5", "1 2", "\u{661}"]),
            ("OTEL_EXPORTER_OTLP_COMPRESSION", ["zstd", "gzip,none"]), ("OTEL_EXPORTER_OTLP_INSECURE", ["1", "yes"]),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", ["http", "\u{0}"]),
            ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", ["0", "-5", "many"]),
            ("OTEL_TRACES_EXPORTER", ["jaeger", ",", " "]), ("OTEL_SDK_DISABLED", ["1", "on"]),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", [String(repeating: " ", count: 1 << 20) + "1"]),
        ] as [(String, [String])])
    func `is ignored where it can't be meant, which is told`(name: String, values: [String]) throws {
        for value in values {
            let variables = ExporterVariables([name: value])
            let problem = try #require(variables.problems.first)
            guard case .setting(.invalid(name, value, _, _)) = problem else {
                Issue.record("\(problem)")
                continue
            }
            #expect(variables.problems.count == 1 && variables.declining == nil && variables.exporter == .otlp)
            #expect(variables.timeout == nil && variables.compression == .none && variables.batch == .none)
        }
    }

    @Test func `is what is valid of the general one where that for traces isn't`() {
        let variables = ExporterVariables([
            "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT": "soon", "OTEL_EXPORTER_OTLP_TIMEOUT": "500",
        ])
        #expect(variables.timeout == .milliseconds(500) && variables.problems.count == 1)
    }

    @Test(
        arguments: [
            ("otlp", .otlp, 0), ("OTLP", .otlp, 0), ("zipkin", .zipkin, 0), ("none", .none, 0),
            ("console", .console, 0),
            ("console,otlp", .otlp, 1), ("zipkin, otlp", .zipkin, 1), ("prometheus,zipkin", .zipkin, 1),
            ("prometheus", .otlp, 1),
        ] as [(String, ExporterVariables.Exporter, Int)])
    func `is which exporter there is, of those that there are`(
        text: String, exporter: ExporterVariables.Exporter, notices: Int
    ) {
        let variables = ExporterVariables(["OTEL_TRACES_EXPORTER": text])
        #expect(variables.exporter == exporter && variables.problems.count == notices)
        #expect(variables.declining == (exporter == .none ? "OTEL_TRACES_EXPORTER" : nil))
    }

    @Test func `may be that there is none`() {
        #expect(ExporterVariables(["OTEL_SDK_DISABLED": "True"]).declining == "OTEL_SDK_DISABLED")
        #expect(ExporterVariables(["OTEL_SDK_DISABLED": "false"]).declining == nil)
    }

    @Test func `is Zipkin's own where that is asked for`() throws {
        let environment = [
            "OTEL_TRACES_EXPORTER": "zipkin", "OTEL_EXPORTER_ZIPKIN_ENDPOINT": "http://z.x:9411/api/v2/spans",
            "OTEL_EXPORTER_ZIPKIN_TIMEOUT": "700", general: "http://c.x:4318", "OTEL_EXPORTER_OTLP_HEADERS": "a=1",
            "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip",
        ]
        let found = try url(environment)
        #expect(found.protocol == .zipkin && found.url == "http://z.x:9411/api/v2/spans")
        let variables = ExporterVariables(environment)
        #expect(variables.timeout == .milliseconds(700) && variables.headers.isEmpty && variables.compression == .none)
        #expect(throws: DestinationRefusal.none) {
            try url(["OTEL_TRACES_EXPORTER": "zipkin", general: "http://c.x:1"])
        }
    }
}
