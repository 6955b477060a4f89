import Spans
import Workloads

/// What a process's rule asks for.
struct ProcessWish: Hashable {
    /// The rule's name.
    let rule: String
    let options: TracingOptions
    /// Whether the rule names executables, so that one that can't be traced is not as it was meant.
    let namesExecutable: Bool

    /// Nil for a process that no rule wants traced.
    /// - Parameter report: told why what the process asks for itself isn't done.
    init?(
        of process: some ProcessSubject, by configuration: AgentConfiguration, router: SpanRouter,
        report: (SamplerError) -> Void
    ) {
        guard let rule = configuration.rules.first(where: { $0.match.matches(process) }), rule.isTraced,
            let destination = configuration.destinations.first(where: { $0.name == rule.destination })
        else { return nil }
        var sampler = rule.sampler
        if sampler == nil {
            do throws(SamplerError) {
                sampler = try Sampler(environment: process.environment)
            } catch {
                report(error)
            }
        }
        self.rule = rule.name
        namesExecutable = !rule.match.executables.isEmpty
        options = TracingOptions(
            sampler: sampler ?? configuration.sampler, resource: rule.resource, outlet: router.outlet(to: destination))
    }
}
