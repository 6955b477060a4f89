import OTLP
import Spans
import Workloads
import Yams

/// A configuration as it is in force, for people and scripts: in the form of the file, without secrets.
package struct EffectiveConfiguration: Encodable {
    struct SamplerSetting: Encodable {
        let type: String
        let argument: String?

        init(_ sampler: Sampler) {
            type = sampler.name.rawValue
            argument = sampler.name.takesRatio ? "\(sampler.ratio)" : nil
        }
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
        let resource: [String: String]?
        let instrumentation: String?
    }

    struct Export: Encodable {
        struct Batch: Encodable {
            let spans: Int
            let bytes: String
            let age: String
        }

        struct Queue: Encodable {
            let spans: Int
            let bytes: String
        }

        struct Retry: Encodable {
            let `for`: String
        }

        struct Spool: Encodable {
            let directory: String
            let bytes: String
        }

        let batch: Batch
        let queue: Queue
        let retry: Retry
        let drain: String
        let spool: Spool?

        init(_ settings: ExportSettings) {
            let limits = settings.limits
            batch = Batch(
                spans: limits.batchSpans, bytes: ConfigurationSection.text(limits.batchBytes),
                age: ConfigurationSection.text(limits.batchAge))
            queue = Queue(spans: limits.queuedSpans, bytes: ConfigurationSection.text(limits.queuedBytes))
            retry = Retry(for: ConfigurationSection.text(limits.retrying))
            drain = ConfigurationSection.text(limits.draining)
            spool = settings.spool.map { spool in
                Spool(directory: spool.directory, bytes: ConfigurationSection.text(spool.bytes))
            }
        }
    }

    struct Policy: Encodable {
        let injection: String
        let allowedEndpoints: [String]?
    }

    struct Redaction: Encodable {
        let query: [String]
    }

    private let apiVersion = "nodespan/v1"
    private let rules: [Rule]
    private let destinations: [EffectiveDestination]
    private let sampling: SamplerSetting
    private let export: Export
    private let policy: Policy
    private let redaction: Redaction

    package init(_ configuration: AgentConfiguration) {
        rules = configuration.rules.map(Self.rule)
        destinations = configuration.destinations.map(EffectiveDestination.init)
        sampling = SamplerSetting(configuration.sampler)
        export = Export(configuration.export)
        policy = Policy(
            injection: configuration.injection.rawValue,
            allowedEndpoints: Self.some(configuration.allowedEndpoints.map(\.text)))
        redaction = Redaction(query: configuration.redaction.further)
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
            sampler: rule.sampler.map(SamplerSetting.init),
            resource: resource.isEmpty ? nil : Dictionary(resource) { first, _ in first },
            instrumentation: rule.instrumentation?.place)
    }

    private static func some<Element>(_ elements: [Element]) -> [Element]? { elements.isEmpty ? nil : elements }
}
