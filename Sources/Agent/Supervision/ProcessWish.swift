import OTLP
import Spans
import Workloads

/// What is to be done with a process, and who says so.
struct ProcessWish: Hashable {
    /// For messages: "rule shop", "inject-go of shop/front-5c9f".
    let origin: String
    var sampling: SamplingChoice
    var limits: TracingLimits
    var resource: ResourceOverrides = .none
    /// The variables that count in place of its own environment's; nil for those themselves.
    var environment: [String: String]?
    /// Nil where there is none, so that it isn't traced.
    let destination: DestinationSetting?
    /// Whether the program is named, so that one that can't be traced is not as it was meant.
    let namesProgram: Bool
    /// The only program to trace, by its path; nil for any.
    var program: String?
    /// What `inject-sdk` asks for is left to a program that has an SDK.
    var leavesSDK: InstrumentationWish?
    /// Whose wish it is; nil for a rule's.
    var pod: PodReference?

    /// By the rules of the configuration; nil for a process that none wants traced. May block.
    /// - Parameter report: told why what the process asks for itself isn't done.
    init?(
        of process: LiveProcess, by configuration: AgentConfiguration,
        report tell: (WishProblem) -> Void
    ) {
        var problems = WishProblemList()
        defer { problems.pass(to: tell) }
        func report(_ problem: WishProblem) { problems.add(problem) }
        guard let rule = configuration.rules.first(where: { $0.match.matches(process) }), rule.isTraced else {
            return nil
        }
        var variables = process.environment
        var destination = configuration.destinations.first { $0.name == rule.destination }
        if let instrumentation = rule.instrumentation?.resource {
            let settings = WorkloadSettings(instrumentation, own: variables)
            for notice in settings.notices { report(.setting(notice)) }
            variables = settings.environment
            environment = variables.filter { TracingOptions.variables.contains($0.key) }
            if destination == nil {
                let exporter = ExporterVariables(settings.environment)
                // What the operator wrote down is meant as it is seen from here.
                destination = DestinationWish(
                    settings: settings, variables: exporter, process: process.handle,
                    isOperators: exporter.named.map { instrumentation.states($0.text) } ?? false
                ).destination(by: configuration, report: report)
            }
        }
        guard let destination else { return nil }
        _ = SpanLimits(environment: variables) { report(.limit($0)) }
        limits = rule.limits ?? configuration.limits
        sampling = SamplingChoice(
            own: rule.sampler, variables: variables, standard: configuration.sampler,
            bounds: SamplingChoice.Bounds(
                policy: DestinationPolicy(allowedHosts: configuration.allowedEndpoints),
                addresses: AddressPolicy(loopback: Self.loopback(of: process.handle), isPods: false), namespace: nil),
            service: { Self.serviceName(of: process.programPath, variables, rule.resource) }, report)
        resource = rule.resource
        self.destination = destination
        origin = "rule \(rule.name)"
        namesProgram = !rule.match.executables.isEmpty
    }

    func options(outlet: SpanOutlet) -> TracingOptions {
        TracingOptions(
            sampler: sampling.sampler, resource: resource, limits: limits, environment: environment, outlet: outlet)
    }

    /// By what the process's pod asks for; nil for a process that it doesn't want traced. May block.
    /// - Parameter report: told what isn't done as it was asked for.
    init?(
        of process: ContainedProcess, in answer: ClusterState.Answer, by configuration: AgentConfiguration,
        report tell: (WishProblem) -> Void
    ) {
        var problems = WishProblemList()
        defer { problems.pass(to: tell) }
        func report(_ problem: WishProblem) { problems.add(problem) }
        for refusal in answer.misnamed { report(.wish(refusal)) }
        let wish: InstrumentationWish
        switch answer.outcome {
        case .none: return nil
        case .refused(let refusal):
            report(.wish(refusal))
            return nil
        case .wanted(let wanted): wish = wanted
        }
        guard wish.admits(programPath: process.programPath) else { return nil }
        let settings = WorkloadSettings(
            wish, pod: answer.pod, owners: answer.owners, own: process.environment
        ) { answer.values[$0] ?? .unread }
        for notice in settings.notices { report(.setting(notice)) }
        let metadata = answer.pod.metadata
        let triggers = wish.triggers.sorted().map(\.rawValue).joined(separator: " and ")
        origin = "\(triggers) of \(metadata.namespace)/\(metadata.name), container \(answer.container)"
        // Beside the program, a container may have others, and its shell.
        namesProgram = false
        leavesSDK = wish.triggers.contains(.go) ? nil : wish
        _ = SpanLimits(environment: settings.environment) { report(.limit($0)) }
        limits = configuration.limits
        let policy = DestinationPolicy(allowedHosts: configuration.allowedEndpoints)
        let addresses = AddressPolicy(loopback: Self.loopback(of: process.handle), isPods: true)
        sampling = SamplingChoice(
            own: nil, variables: settings.environment, standard: configuration.sampler,
            bounds: SamplingChoice.Bounds(policy: policy, addresses: addresses, namespace: metadata.namespace),
            service: { Self.serviceName(of: process.programPath, settings.environment, .none) }, report)
        environment = settings.environment.filter { TracingOptions.variables.contains($0.key) }
        destination = DestinationWish(
            settings: settings, variables: ExporterVariables(settings.environment), process: process.handle,
            namespace: metadata.namespace, values: answer.values
        ).destination(by: configuration, report: report)
        pod = answer.pod.reference
    }

    /// Whose this machine's loopback is, for a process that names a server to be asked.
    private static func loopback(of process: ProcessHandle?) -> AddressPolicy.Loopback {
        (try? process?.sharesNetwork()) ?? false ? .shared : .forbidden
    }
}
