import OTLP
import Spans
import SystemPackage
import TestSupport
import Testing
import Workloads

@testable import Agent

@Suite struct `A configuration` {
    private static let whole = """
        apiVersion: nodespan/v1
        rules:
          - name: not the old one
            match: {executable: /opt/old/*}
            trace: false
          - match:
              executable: [etcd, "prometheus*"]
              systemdUnit: shop-*.service
              cgroup: /system.slice/*
              environment: [SHOP, "STAGE=prod*"]
              port: [8080, 9090]
            destination: far
            sampler: {type: traceidratio, argument: 0.5}
            resource: {deployment.environment.name: prod}
        destinations:
          - name: near
            endpoint: http://127.0.0.1:4318
          - name: far
            endpoint: https://collector.example:4318/otlp
            headers: {authorization: Bearer secret}
            protocol: http/json
            compression: gzip
            timeout: 2500ms
          - {name: zipkin, endpoint: "http://zipkin:9411", protocol: zipkin}
          - {name: socket, endpoint: "unix:/run/otel.sock"}
          - {name: kept, file: {path: /var/log/spans.jsonl, size: 64MiB, kept: 3}}
          - {name: shown, console: json}
        sampling: {type: parentbased_traceidratio, argument: 0.25}
        policy: {injection: none}
        redaction: {query: [token]}
        """

    private func read(_ text: String, environment: [String: String] = [:]) throws -> AgentConfiguration {
        try AgentConfiguration.read(text, file: "c.yaml", environment: environment)
    }

    private func problems(_ text: String, environment: [String: String] = [:]) throws -> [String] {
        let error = try #require(throws: ConfigurationError.self) { try read(text, environment: environment) }
        return error.problems.map(\.description)
    }

    @Test func `says which processes are traced, and how`() throws {
        let configuration = try read(Self.whole)
        #expect(configuration.rules.map(\.name) == ["not the old one", "rule 2"])
        #expect(configuration.rules.map(\.isTraced) == [false, true])
        let rule = configuration.rules[1]
        #expect(rule.match.executables.map(\.text) == ["etcd", "prometheus*"])
        #expect(rule.match.units.map(\.text) == ["shop-*.service"])
        #expect(rule.match.controlGroups.map(\.text) == ["/system.slice/*"])
        #expect(rule.match.variables.map(\.text) == ["SHOP", "STAGE=prod*"])
        #expect(rule.match.ports == [8080, 9090])
        #expect(rule.destination == "far")
        #expect(try rule.sampler == Sampler(name: "traceidratio", argument: "0.5"))
        #expect(rule.resource.attributes == [Attribute("deployment.environment.name", .string("prod"))])
        #expect(
            configuration.destinations.map(\.target.place) == [
                "http://127.0.0.1:4318/v1/traces", "https://collector.example:4318/otlp/v1/traces",
                "http://zipkin:9411/api/v2/spans", "unix:/run/otel.sock", "/var/log/spans.jsonl", "standard output",
            ])
        let receivers = configuration.destinations.map(\.target.receiver)
        #expect(
            receivers.map { $0?.endpoint.protocol } == [.httpProtobuf, .httpJSON, .zipkin, .grpc, nil, nil])
        #expect(receivers[1]?.compression == .gzip && receivers[1]?.timeout == .milliseconds(2500))
        #expect(receivers[0]?.compression == Receiver.Compression.none && receivers[0]?.timeout == .seconds(10))
        var file = SpanFile(path: "/var/log/spans.jsonl")
        (file.size, file.kept) = (64 << 20, 3)
        #expect(configuration.destinations[4...].map(\.target) == [.file(file), .console(.json)])
        #expect(configuration.destinations[1].target.receiver?.headers.map(\.name) == ["authorization"])
        #expect(try configuration.sampler == Sampler(name: "parentbased_traceidratio", argument: "0.25"))
        #expect(configuration.injection == .none)
        #expect(configuration.redaction.query.further == ["token"])
    }

    @Test func `sends to the first destination what no rule sends elsewhere`() throws {
        let configuration = try read(
            """
            apiVersion: nodespan/v1
            rules: [{match: {port: 80}}]
            destinations: [{name: a, endpoint: "http://a:4318"}, {name: b, endpoint: "http://b:4318"}]
            """)
        #expect(configuration.rules[0].destination == "a")
    }

    @Test func `is overridden by variables, and tells what is`() throws {
        let configuration = try read(
            Self.whole,
            environment: [
                "NODESPAN_SAMPLING_TYPE": "always_off", "NODESPAN_SAMPLING_ARGUMENT": "",
                "NODESPAN_REDACTION_QUERY": "a,b", "NODESPAN_ATTACH": "perf",
            ].merging(["NODESPAN_SAMPLING_ARGUMENT": "0.5", "NODESPAN_SAMPLING_TYPE": "traceidratio"]) { $1 })
        #expect(try configuration.sampler == Sampler(name: "traceidratio", argument: "0.5"))
        #expect(configuration.redaction.query.further == ["a", "b"])
        #expect(
            configuration.origins == [
                "sampling.type": "NODESPAN_SAMPLING_TYPE", "sampling.argument": "NODESPAN_SAMPLING_ARGUMENT",
                "redaction.query": "NODESPAN_REDACTION_QUERY", "policy.injection": "c.yaml",
            ])
    }

    @Test func `names all that is wrong with it at once, where, and what was meant`() throws {
        let problems = try problems(
            """
            apiVersion: nodespan/v1
            rule: []
            rules:
              - match: {exe: foo, port: 70000}
                samplr: {}
              - match: {port: 1}
                destination: nera
                sampler: {type: always_on, argument: 1}
                resource: {process.pid: 1}
                trace: perhaps
            destinations:
              - name: near
                endpoint: http://127.0.0.1:4318
                headers: {host: y}
              - name: near
                endpoint: ftp://x
            sampling: {type: nope}
            policy: {injection: maybe}
            """)
        let expected = [
            ("c.yaml:2: rule: ", "did you mean rules?"), ("c.yaml:4: rules[0].match.exe: ", "known are executable"),
            ("c.yaml:4: rules[0].match.port: ", "70000"), ("c.yaml:4: rules[0].match: ", "says nothing"),
            ("c.yaml:5: rules[0].samplr: ", "did you mean sampler?"),
            ("c.yaml:7: rules[1].destination: ", "did you mean near?"),
            ("c.yaml:8: rules[1].sampler.argument: ", "no argument"),
            ("c.yaml:9: rules[1].resource: ", "process.pid"), ("c.yaml:10: rules[1].trace: ", "true or false"),
            ("c.yaml:14: destinations[0].headers: ", "host"), ("c.yaml:15: destinations[1].name: ", "another"),
            ("c.yaml:16: destinations[1].endpoint: ", "http://"), ("c.yaml:17: sampling.type: ", "always_on"),
            ("c.yaml:18: policy.injection: ", "auto or none"),
        ]
        #expect(problems.count == expected.count)
        for (problem, (place, words)) in zip(problems, expected) {
            #expect(problem.hasPrefix(place) && problem.contains(words), "\(problem)")
        }
    }

    /// Each in a line of its own.
    @Test(arguments: [
        ("{name: a}", "3: destinations[0]: has no endpoint"),
        (
            "{name: a, endpoint: 'http://a', console: text}",
            "3: destinations[0]: goes one way only: endpoint or console"
        ),
        ("{name: a, endpoint: 'http://a', protocol: http/jsn}", "3: destinations[0].protocol: is to be grpc or"),
        ("{name: a, endpoint: 'http://a', protocol: http/jsn}", "did you mean http/json?"),
        ("{name: a, endpoint: 'http://a', compression: zstd}", "3: destinations[0].compression: is to be none or gzip"),
        ("{name: a, endpoint: 'http://a', timeout: 10}", "3: destinations[0].timeout: is to be a time from"),
        ("{name: a, endpoint: 'http://a', timeout: 11m}", "from 1ms to 10m"),
        ("{name: a, endpoint: 'http://a', tls: {ca: ca.crt}}", "3: destinations[0].tls.ca: is to be an absolute path"),
        ("{name: a, endpoint: 'http://a', tls: {}}", "3: destinations[0].tls: is for an https:// endpoint"),
        ("{name: a, endpoint: 'https://a', tls: {ca: /nowhere}}", "3: destinations[0].tls.ca: can't be read: No such"),
        ("{name: a, endpoint: 'https://a', tls: {key: /etc/passwd}}", "3: destinations[0].tls: a client's certificate"),
        ("{name: a, endpoint: 'https://a', tls: {ca: /etc/passwd}}", "3: destinations[0].tls: what is to hold the"),
        ("{name: a, endpoint: 'https://a', tls: {cert: /x}}", "3: destinations[0].tls.cert: is no key here"),
        ("{name: a, endpoint: 'unix:run/otel'}", "3: destinations[0].endpoint: not a URL"),
        ("{name: a, endpoint: 'collector:4317'}", "3: destinations[0].endpoint: not an http://"),
        ("{name: a, console: xml}", "3: destinations[0].console: is to be text or json"),
        ("{name: a, console: text, headers: {a: b}}", "3: destinations[0].headers: is for an endpoint"),
        ("{name: a, file: {path: spans.jsonl}}", "3: destinations[0].file.path: is to be the absolute path"),
        ("{name: a, file: {path: /s, size: 1}}", "3: destinations[0].file.size: is to be a number of bytes"),
        ("{name: a, file: {path: /s, kept: -1}}", "3: destinations[0].file.kept: is to be a number from 0 to 1000"),
    ])
    func `tells what is wrong with a destination`(destination: String, words: String) throws {
        let problems = try problems("apiVersion: nodespan/v1\ndestinations:\n  - \(destination)")
        #expect(problems.contains { $0.contains(words) }, "\(problems)")
    }

    @Test func `has one destination for a file`() throws {
        let text = """
            apiVersion: nodespan/v1
            destinations:
              - {name: a, file: {path: /s/t}}
              - {name: b, file: {path: /s/u}}
              - {name: c, file: {path: //s/t, size: 64MiB}}
            """
        #expect(
            try problems(text) == [
                "c.yaml:5: destinations[2].file: is the file of the destination a, too: name another, or have rules name that one"
            ])
    }

    @Test func `names files that secure a connection, which are read again when it is made`() throws {
        let folder = try TemporaryFolder()
        let files = try SelfSignedCertificate(in: folder.path)
        let text = """
            apiVersion: nodespan/v1
            destinations:
              - name: a
                endpoint: https://a:4318
                tls: {ca: \(files.certificate), certificate: \(files.certificate), key: \(files.key)}
            """
        let configuration = try read(text)
        let tls = try #require(configuration.destinations.first?.target.receiver?.tls)
        guard case .file(let file) = tls.authorities else {
            Issue.record("\(tls)")
            return
        }
        #expect(try file.read() == readFile(files.certificate))
        try writeFile(files.certificate, Array("other".utf8))
        #expect(try file.read() == Array("other".utf8))
        #expect(try EffectiveConfiguration(configuration).yaml().contains("ca: \(files.certificate)"))
        let problems = try problems(text)
        #expect(problems.contains { $0.contains("destinations[0].tls: what is to hold") }, "\(problems)")
    }

    @Test(arguments: [
        ("", "apiVersion"), ("apiVersion: nodespan/v2", "nodespan/v1"), ("- a", "is to be a mapping"),
        ("apiVersion: [", "is no YAML"), ("apiVersion: nodespan/v1\napiVersion: nodespan/v1", "stands twice"),
        ("apiVersion: nodespan/v1\nrules: {}", "is to be a list"),
        ("apiVersion: nodespan/v1\nrules: [{match: {port: 1}}]", "nowhere to send"),
        ("apiVersion: nodespan/v1\nrules: [{trace: false}]", "has no match"),
        ("apiVersion: nodespan/v1\nsampling: {argument: 1}", "needs sampling.type"),
    ])
    func `is refused when it can't be meant`(text: String, words: String) throws {
        let problems = try problems(text)
        #expect(problems.contains { $0.contains(words) }, "\(problems)")
    }

    @Test func `blames the variable for what the variable says`() throws {
        let problems = try problems(Self.whole, environment: ["NODESPAN_SAMPLING_TYPE": "nope"])
        #expect(problems.count == 1 && problems[0].hasPrefix("NODESPAN_SAMPLING_TYPE: unknown sampler"), "\(problems)")
    }

    @Test func `is printed as it could be written, without secrets`() throws {
        let printed = try EffectiveConfiguration(read(Self.whole)).yaml()
        #expect(!printed.contains("secret"))
        let again = try EffectiveConfiguration(read(printed)).yaml()
        #expect(again == printed)
    }

    @Test func `can't be read from nowhere, from noise or from what is too large`() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/c.yaml"
        func problem() throws -> String {
            let error = try #require(throws: ConfigurationError.self) {
                try AgentConfiguration.read(file: FilePath(path), environment: [:])
            }
            return error.description
        }
        #expect(try problem().contains("No such file"))
        try writeFile(path, [0xff, 0xfe, 0x00])
        #expect(try problem().contains("no UTF-8"))
        try writeFile(path, [UInt8](repeating: UInt8(ascii: "#"), count: 2 << 20))
        #expect(try problem().contains("larger than 1 MiB"))
    }
}
