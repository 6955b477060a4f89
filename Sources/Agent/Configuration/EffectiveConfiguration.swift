import OTLP
import Spans
import Workloads
import Yams

/// A configuration as it is in force, for people and scripts: in the form of the file, without secrets.
package struct EffectiveConfiguration: Encodable {
    struct Destination: Encodable {
        let name: String
        let endpoint: String
        let headers: [String: String]?
    }

    struct Match: Encodable {
        let executable: [String]?
        let systemdUnit: [String]?
        let cgroup: [String]?
        let environment: [String]?
        let port: [UInt16]?
    }

    struct Rule: Encodable {
        let name: String
        let match: Match
        let trace: Bool
        let destination: String?
        let sampler: SamplerSetting?
        let limits: Limits?
        let resource: [String: String]?
        let instrumentation: String?
    }

    struct Policy: Encodable {
        let injection: String
        let allowedEndpoints: [String]?
    }

    private let apiVersion = "nodespan/v1"
    private let rules: [Rule]
    private let destinations: [Destination]
    private let sampling: SamplerSetting
    private let policy: Policy
    private let redaction: Redaction
    private let limits: Limits?

    package init(_ configuration: AgentConfiguration) {
        rules = configuration.rules.map(Self.rule)
        destinations = configuration.destinations.map { destination in
            let headers = (destination.target.receiver?.headers ?? []).map { ($0.name, "REDACTED") }
            return Destination(
                name: destination.name, endpoint: destination.target.place,
                headers: headers.isEmpty ? nil : Dictionary(headers) { first, _ in first })
        }
        sampling = SamplerSetting(configuration.sampler)
        policy = Policy(
            injection: configuration.injection.rawValue,
            allowedEndpoints: Self.some(configuration.allowedEndpoints.map(\.text)))
        redaction = Redaction(configuration.redaction)
        limits = Limits(configuration.limits)
    }

    /// YAML, keys in their order.
    package func yaml() throws -> String { try YAMLEncoder().encode(self) }

    private static func rule(_ rule: TraceRule) -> Rule {
        let match = rule.match
        let resource = rule.resource.attributes.compactMap { attribute -> (String, String)? in
            guard case .string(let text) = attribute.value else { return nil }
            return (attribute.key, text)
        }
        return Rule(
            name: rule.name,
            match: Match(
                executable: some(match.executables.map(\.text)), systemdUnit: some(match.units.map(\.text)),
                cgroup: some(match.controlGroups.map(\.text)), environment: some(match.variables.map(\.text)),
                port: some(match.ports.sorted())),
            trace: rule.isTraced, destination: rule.isTraced ? rule.destination : nil,
            sampler: rule.sampler.map(SamplerSetting.init), limits: rule.limits.flatMap(Limits.init),
            resource: resource.isEmpty ? nil : Dictionary(resource) { first, _ in first },
            instrumentation: rule.instrumentation?.place)
    }

    private static func some<Element>(_ elements: [Element]) -> [Element]? { elements.isEmpty ? nil : elements }
}
