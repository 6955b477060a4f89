import OTLP
import Spans
import Workloads

/// The sampler of a process, and whom to ask about it.
struct SamplingChoice: Hashable {
    var sampler: Sampler
    /// Nil where nobody is to be asked.
    private(set) var source: RemoteSamplingSource?

    /// What a process may name.
    struct Bounds {
        let policy: DestinationPolicy
        let addresses: AddressPolicy?
        /// In which a host without a dot is looked for; nil for none.
        let namespace: String?
    }

    /// - Parameters:
    ///   - own: of the process's rule.
    ///   - variables: that count for the process.
    ///   - bounds: of what its variables name; what the configuration names has none.
    ///   - service: whose traces they are.
    init(
        own: Sampler?, variables: [String: String], standard: Sampler, bounds: Bounds, service: () -> String,
        _ report: (WishProblem) -> Void
    ) {
        let asked = own == nil ? Self.sampler(in: variables, report) : nil
        sampler = asked ?? own ?? standard
        guard let remote = sampler.remote else { return }
        do throws(RemoteSamplingProblem) {
            let free = DestinationPolicy()
            source =
                if asked == nil {
                    try RemoteSamplingSource(remote, service: service(), free, nil, namespace: nil)
                } else {
                    try RemoteSamplingSource(
                        remote, service: service(), bounds.policy, bounds.addresses, namespace: bounds.namespace)
                }
        } catch {
            report(.remoteSampler(sampler.name, error, initialRate: remote.initialRate))
        }
    }

    /// As its server has it by now.
    /// - Parameter namespace: the pod's; nil for a process of none.
    mutating func follow(_ samplers: RemoteSamplers, namespace: String?) {
        guard let source, let remote = sampler.remote else { return }
        // Without a pod, and with nothing to judge the server by, the configuration names it.
        let owner: RemoteSamplers.Owner? = namespace.map { .namespace($0) } ?? (source.policy == nil ? nil : .processes)
        sampler = sampler.following(samplers.share(by: source, every: remote.interval, for: owner))
    }

    private static func sampler(in environment: [String: String], _ report: (WishProblem) -> Void) -> Sampler? {
        do throws(SamplerError) {
            return try Sampler(environment: environment) { report(.samplerArgument(String($0))) }
        } catch {
            report(.sampler(error))
            return nil
        }
    }
}

extension ProcessWish {
    /// service.name, as the resource of a process's spans has it.
    static func serviceName(
        of programPath: String, _ variables: [String: String], _ overrides: ResourceOverrides
    ) -> String {
        var facts = ProcessFacts(pid: 0, executablePath: programPath)
        facts.setVariables(variables)
        return ProcessResource(facts, overrides: overrides, version: "").resource.serviceName
    }
}
