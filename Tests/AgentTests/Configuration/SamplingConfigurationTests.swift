import Agent
import Spans
import Testing

@Suite struct `What a configuration says of samplers, limits and redaction` {
    private static let whole = """
        apiVersion: nodespan/v1
        rules:
          - match: {port: 1}
            destination: d
            sampler: {type: parentbased_jaeger_remote, argument: "endpoint=http://j:5778/sampling,initialSamplingRate=0.5"}
            limits: {spansPerSecond: 0.5}
        destinations: [{name: d, endpoint: "http://d:4318"}]
        sampling:
          type: parentbased
          root: {type: traceidratio, argument: 0.25}
          remoteParentSampled: {type: traceidratio, argument: 0.5}
          remoteParentNotSampled: {type: always_on}
          localParentSampled: {type: always_off}
        redaction:
          query: [token]
          attributes: [{key: client.*, action: remove}, {key: url.path, action: hash}, {key: user, action: redact}]
          values: [{pattern: email}, {pattern: "sk_*", replacement: ""}]
        limits: {spansPerSecond: 100, attributeValueLength: 200, attributeCount: 20, eventCount: 1, linkCount: 2,
          eventAttributeCount: 3, linkAttributeCount: 4}
        """

    private func read(_ text: String, environment: [String: String] = [:]) throws -> AgentConfiguration {
        try AgentConfiguration.read(text, file: "c.yaml", environment: environment)
    }

    @Test func `is read whole`() throws {
        let configuration = try read(Self.whole)
        var decisions = SamplingDecisions(root: .ratio(0.25))
        decisions.remoteParentSampled = .ratio(0.5)
        decisions.remoteParentNotSampled = .all
        decisions.localParentSampled = .none
        #expect(configuration.sampler.own == decisions && configuration.sampler.decisions == decisions)
        let sampler = try #require(configuration.rules[0].sampler)
        #expect(sampler.name == .parentBasedJaegerRemote && sampler.remote?.endpoint == "http://j:5778/sampling")
        #expect(configuration.rules[0].limits?.spansPerSecond == 0.5)
        #expect(
            configuration.limits.spansPerSecond == 100 && configuration.limits.span.count == SpanLimit.allCases.count)
        #expect(configuration.limits.span[.linkCount] == 2 && configuration.limits.span[.attributeValueLength] == 200)
        #expect(configuration.redaction.query.further == ["token"])
        #expect(configuration.redaction.attributes.map(\.action) == [.remove, .hash, .redact])
        #expect(configuration.redaction.values.map(\.replacement) == ["REDACTED", ""])
    }

    @Test func `is printed as it could be written`() throws {
        let first = try read(Self.whole)
        let printed = try EffectiveConfiguration(first).yaml()
        let again = try read(printed)
        #expect(try EffectiveConfiguration(again).yaml() == printed)
        #expect(again.sampler == first.sampler && again.limits == first.limits)
        #expect(again.rules[0].sampler == first.rules[0].sampler, "\(printed)")
        #expect(again.redaction.values == first.redaction.values)
    }

    @Test func `may come from variables, with commas`() throws {
        let configuration = try read(
            "apiVersion: nodespan/v1",
            environment: [
                "NODESPAN_SAMPLING_TYPE": "jaeger_remote",
                "NODESPAN_SAMPLING_ARGUMENT": "endpoint=http://j:5778,pollingIntervalMs=2000",
            ])
        #expect(configuration.sampler.remote?.endpoint == "http://j:5778")
        #expect(configuration.sampler.remote?.interval == .seconds(2))
    }

    @Test(
        arguments: [
            ("sampling: {type: parentbased}", "sampling.type: ", "needs root"),
            (
                "sampling: {type: parentbased, argument: 1, root: {type: always_on}}", "sampling.argument: ",
                "its root does"
            ),
            ("sampling: {type: parentbased, root: {type: xray}}", "sampling.root: ", "always_on, always_off or"),
            (
                "sampling: {type: parentbased, root: {type: traceidratio, argument: 2}}", "sampling.root: ",
                "from 0 to 1"
            ),
            ("sampling: {type: parentbased, root: {type: always_on}, remote: 1}", "sampling.remote: ", "known are"),
            ("sampling: {type: always_on, root: {type: always_on}}", "sampling.root: ", "is for the type parentbased"),
            ("sampling: {root: {type: always_on}}", "sampling.root: ", "needs sampling.type"),
            ("sampling: {type: xray}", "sampling.type: ", "choose another"),
            ("sampling: {type: sometimes}", "sampling.type: ", "parentbased"),
            ("sampling: {type: jaeger_remote, argument: rate=1}", "sampling.argument: ", "initialSamplingRate=SHARE"),
            ("limits: {spansPerSecond: 0}", "limits.spansPerSecond: ", "above 0"),
            ("limits: {spansPerSecond: nan}", "limits.spansPerSecond: ", "above 0"),
            ("limits: {attributeCount: -1}", "limits.attributeCount: ", "from 0 on"),
            ("limits: {spans: 1}", "limits.spans: ", "known are spansPerSecond"),
            ("redaction: {attributes: [{action: remove}]}", "redaction.attributes[0]: ", "has no key"),
            ("redaction: {attributes: [{key: a, action: burn}]}", "redaction.attributes[0]: ", "remove, redact, hash"),
            ("redaction: {values: [{replacement: a}]}", "redaction.values[0]: ", "email, card"),
            ("redaction: {values: [{pattern: \"*\"}]}", "redaction.values[0].pattern: ", "begin with something"),
        ])
    func `has to make sense`(text: String, place: String, words: String) throws {
        let error = try #require(throws: ConfigurationError.self) { try read("apiVersion: nodespan/v1\n\(text)") }
        let problems = error.problems.map(\.description)
        #expect(problems.count == 1 && problems[0].hasPrefix("c.yaml:2: \(place)"), "\(problems)")
        #expect(problems[0].contains(words), "\(problems)")
    }
}
