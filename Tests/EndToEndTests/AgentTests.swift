import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite struct `The agent of a host` {
        private static let go = GoToolchain.newest

        private func configuration(_ rules: String, _ collectors: [String]) -> String {
            let destinations = collectors.enumerated().map { "  - {name: d\($0), endpoint: \"\($1)\"}\n" }.joined()
            return "apiVersion: nodespan/v1\nrules:\n\(rules)\ndestinations:\n\(destinations)"
        }

        @Test func `traces what its rules name, each program as its rule says, and nothing else`() throws {
            var near = try Collector()
            var far = try Collector()
            let port = try DebianProgram.freePort()
            var agent = try RunningAgent(
                configuration(
                    """
                      - {match: {executable: FOLDER/old}, trace: false}
                      - {match: {executable: FOLDER/*, environment: STAGE=prod*}, resource: {team: x}}
                      - {match: {executable: FOLDER/*, port: \(port)}, destination: d1, sampler: {type: always_on}}
                    """, [near.url, far.url]))
            let binary = try Self.go.build("httpserver", mode: .stripped)
            let production = ["STAGE": "prod-1"]
            let old = try FixtureServer(binary: agent.install(binary, as: "old"), environment: production)
            let shop = try FixtureServer(binary: agent.install(binary, as: "shop"), environment: production)
            let test = try FixtureServer(binary: "\(agent.folder)/shop", environment: ["STAGE": "test"])
            let byPort = try FixtureServer(
                binary: "\(agent.folder)/shop", arguments: ["-addr", "127.0.0.1:\(port)"],
                environment: ["STAGE": "test", "OTEL_TRACES_SAMPLER": "always_off"])
            try agent.wait(for: "(pid \(shop.pid), ")
            try agent.wait(for: "(pid \(byPort.pid), ")
            for port in [old.port, shop.port, test.port, byPort.port] {
                for _ in 0..<3 { try get("/hello?\(port)", port) }
            }
            let trace = try agent.stop()
            let nearby = try near.requests(atLeast: 1).flatMap(\.spans).map(\.span)
            let away = try far.requests(atLeast: 1).flatMap(\.spans).map(\.span)
            func isOf(_ server: borrowing FixtureServer, _ span: JSONValue) -> Bool {
                span["attributes"]?["url.query"] == .string("\(server.port)")
            }
            #expect(
                nearby.count == 3 && nearby.allSatisfy { isOf(shop, $0) && $0["resource"]?["team"] == .string("x") })
            #expect(away.count == 3 && away.allSatisfy { isOf(byPort, $0) && $0["resource"]?["team"] == nil })
            #expect(trace.summary.begun == 6 && trace.summary.isBalanced && trace.code == 0, "\(trace.errors)")
            #expect(agent.count(of: "tracing shop") == 2)
        }

        @Test func `obeys a configuration that is changed, and keeps the one it has before one that is wrong`() throws {
            var near = try Collector()
            var far = try Collector()
            let rule = { (name: String, rest: String) in "  - {name: \(name), match: {executable: FOLDER/*}\(rest)}" }
            var agent = try RunningAgent(configuration(rule("first", ""), [near.url, far.url]))
            let server = try FixtureServer(
                binary: agent.install(Self.go.build("httpserver", mode: .stripped), as: "shop"))
            try agent.wait(for: "(pid \(server.pid), ")
            try get("/hello?first", server.port)
            _ = try near.requests(atLeast: 1)

            try agent.reload(configuration(rule("second", ", destination: d1, resource: {n: b}"), [near.url, far.url]))
            try agent.wait(for: "process \(server.pid) is traced by rule second from now on")
            try get("/hello?second", server.port)
            try agent.reload("apiVersion: nodespan/v1\nruls: []\n", expecting: "the configuration stays as it was")
            try get("/hello?third", server.port)
            _ = try far.requests(atLeast: 1)

            try agent.reload(configuration(rule("none", ", trace: false"), [near.url, far.url]))
            try agent.wait(for: "process \(server.pid) is traced no more")
            try get("/hello?unwanted", server.port)
            try agent.reload(configuration(rule("again", ", sampler: {type: always_off}"), [near.url]))
            try get("/hello?unsampled", server.port)
            try agent.reload(configuration(rule("last", ""), [near.url]))
            try get("/hello?last", server.port)

            let trace = try agent.stop()
            let paths = { (requests: [CollectedRequest]) in
                requests.flatMap(\.spans).compactMap { $0.span["attributes"]?["url.query"] }
            }
            #expect(try paths(near.requests(atLeast: 2)) == ["first", "last"].map(JSONValue.string))
            #expect(try paths(far.requests(atLeast: 1)) == ["second", "third"].map(JSONValue.string))
            #expect(
                trace.summary.begun == 5 && trace.summary.unsampled == 1 && trace.summary.isBalanced, "\(trace.errors)")
            #expect(trace.summary.destinations.allSatisfy { $0.isBalanced })
        }

        @Test func `gives programs what an Instrumentation of a file says, and what it says then`() throws {
            var near = try Collector()
            var far = try Collector()
            func instrumentation(_ endpoint: String, team: String) -> [UInt8] {
                Array(
                    """
                    apiVersion: opentelemetry.io/v1alpha1
                    kind: Instrumentation
                    metadata: {name: shop}
                    spec:
                      exporter: {endpoint: "\(endpoint)"}
                      resource: {resourceAttributes: {service.name: shop, team: \(team)}}
                      propagators: [b3]
                    """.utf8)
            }
            let rules = "  - {name: shop, match: {executable: FOLDER/*}, instrumentation: FOLDER/shop.yaml}"
            var agent = try RunningAgent(configuration("  - {match: {executable: none}}", ["http://127.0.0.1:1"]))
            try writeFile("\(agent.folder)/shop.yaml", instrumentation(near.url, team: "a"))
            try agent.reload(configuration(rules, ["http://127.0.0.1:1"]))
            let server = try FixtureServer(
                binary: agent.install(Self.go.build("httpserver", mode: .stripped), as: "server"),
                environment: ["OTEL_RESOURCE_ATTRIBUTES": "own=1", "OTEL_TRACES_SAMPLER": "always_on"])
            try agent.wait(for: "(pid \(server.pid), ")
            try agent.wait(for: "process \(server.pid): OTEL_PROPAGATORS is 'b3', which nodespan doesn't obey")
            try get("/hello?first", server.port)
            _ = try near.requests(atLeast: 1)
            try writeFile("\(agent.folder)/shop.yaml", instrumentation(far.url, team: "b"))
            try agent.reload(configuration(rules, ["http://127.0.0.1:1"]))
            try get("/hello?second", server.port)
            let trace = try agent.stop()
            for (requests, team) in [(try near.requests(atLeast: 1), "a"), (try far.requests(atLeast: 1), "b")] {
                let spans = requests.flatMap(\.spans).map(\.span)
                #expect(spans.count == 1)
                for (key, value) in ["service.name": "shop", "team": team, "own": "1"] {
                    #expect(spans.first?["resource"]?[key] == .string(value))
                }
            }
            #expect(trace.summary.begun == 2 && trace.summary.isBalanced, "\(trace.errors)")
        }

        @Test func `names a program that takes more than its part, and keeps the others'`() throws {
            var collector = try Collector()
            // Ports have all processes looked at every second.
            var agent = try RunningAgent(
                configuration(
                    """
                      - {name: none, match: {port: 1}, trace: false}
                      - {match: {executable: FOLDER/*}}
                    """, [collector.url]))
            let path = try agent.install(Self.go.build("httpserver", mode: .stripped), as: "server")
            let busy = try FixtureServer(binary: path, arguments: ["-tls", "-http2"])
            let quiet = try FixtureServer(binary: path)
            for pid in [busy.pid, quiet.pid] { try agent.wait(for: "(pid \(pid), ") }
            var load = try ChildProcess([
                "/usr/bin/h2load", "-n", "1200", "-c", "6", "-m", "200",
                "https://127.0.0.1:\(busy.port)/slow?ms=2000",
            ])
            try agent.wait(for: "process \(busy.pid) loses spans, to leave room for those of others: ")
            for _ in 0..<3 { try get("/hello?quiet", quiet.port) }
            #expect(load.wait() == 0)
            let trace = try agent.stop()
            let spans = try collector.requests(atLeast: 1).flatMap(\.spans).map(\.span)
            #expect(spans.count { $0["attributes"]?["url.query"] == .string("quiet") } == 3)
            let lost = trace.summary.losses["in_flight_quota"] ?? 0
            #expect(trace.summary.begun == 1203 && lost > 0 && trace.summary.losses.count == 1, "\(trace.errors)")
            #expect(trace.summary.isBalanced && agent.count(of: "loses spans") == 1)
        }

        @Test func `is the only one`() throws {
            let first = try RunningAgent(configuration("  - {match: {executable: FOLDER/*}}", ["http://127.0.0.1:1"]))
            let second = try Nodespan.run(["run", "--config", "\(first.folder)/config.yaml"])
            #expect(second.code == 1 && second.errors.contains("another nodespan run is at work here"))
        }

        @Test func `tells what is wrong with its configuration, and what is in force`() throws {
            let folder = try TemporaryFolder()
            let path = "\(folder.path)/c.yaml"
            try writeFile(path, Array("apiVersion: nodespan/v1\nrulse: []\n".utf8))
            let wrong = try Nodespan.run(["run", "--check", "--config", path])
            #expect(wrong.code == 2 && wrong.output.isEmpty)
            #expect(wrong.errors == "nodespan: \(path):2: rulse: is no key here; did you mean rules?\n")
            try writeFile(path, Array(configuration("  - {match: {port: 80}}", ["http://a:4318"]).utf8))
            let right = try Nodespan.run(["run", "--check", "--format", "json", "--config", path])
            let document = try JSONValue(Array(right.output.utf8))
            #expect(
                right.code == 0 && document["destinations"] != nil && document["apiVersion"] == .string("nodespan/v1"))
        }
    }
}
