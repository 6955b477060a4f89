import OTLP
import Spans
import Workloads

/// What is to be done with a process, and who says so.
struct ProcessWish: Hashable {
    /// For messages: "rule shop", "inject-go of shop/front-5c9f".
    let origin: String
    let sampler: Sampler
    var resource: ResourceOverrides = .none
    /// The variables that count in place of its own environment's; nil for those themselves.
    var environment: [String: String]?
    let destination: DestinationSetting
    /// Whether the program is named, so that one that can't be traced is not as it was meant.
    let namesProgram: Bool
    /// The only program to trace, by its path; nil for any.
    var program: String?
    /// What `inject-sdk` asks for is left to a program that has an SDK.
    var leavesSDK: InstrumentationWish?

    /// By the rules of the configuration; nil for a process that none wants traced.
    /// - Parameter report: told why what the process asks for itself isn't done.
    init?(
        of process: some ProcessSubject, by configuration: AgentConfiguration,
        report: (SupervisorNotice.Problem) -> Void
    ) {
        guard let rule = configuration.rules.first(where: { $0.match.matches(process) }), rule.isTraced,
            let destination = configuration.destinations.first(where: { $0.name == rule.destination })
        else { return nil }
        sampler = rule.sampler ?? Self.sampler(in: process.environment, report) ?? configuration.sampler
        resource = rule.resource
        self.destination = destination
        origin = "rule \(rule.name)"
        namesProgram = !rule.match.executables.isEmpty
    }

    func options(outlet: SpanOutlet) -> TracingOptions {
        TracingOptions(sampler: sampler, resource: resource, environment: environment, outlet: outlet)
    }

    /// By what the process's pod asks for; nil for a process that it doesn't want traced.
    /// - Parameter report: told what isn't done as it was asked for.
    init?(
        of process: ContainedProcess, in answer: ClusterState.Answer, by configuration: AgentConfiguration,
        report: (SupervisorNotice.Problem) -> Void
    ) {
        let wish: InstrumentationWish
        switch answer.outcome {
        case .none: return nil
        case .refused(let refusal):
            report(.wish(refusal))
            return nil
        case .wanted(let wanted): wish = wanted
        }
        guard wish.admits(programPath: process.programPath) else { return nil }
        let settings = WorkloadSettings(wish, pod: answer.pod, owners: answer.owners, own: process.environment)
        for notice in settings.notices { report(.setting(notice)) }
        guard
            let destination = Self.destination(
                settings.environment, namespace: answer.pod.metadata.namespace, configuration, report)
        else { return nil }
        let metadata = answer.pod.metadata
        let triggers = wish.triggers.sorted().map(\.rawValue).joined(separator: " and ")
        origin = "\(triggers) of \(metadata.namespace)/\(metadata.name), container \(answer.container)"
        // Beside the program, a container may have others, and its shell.
        namesProgram = false
        leavesSDK = wish.triggers.contains(.go) ? nil : wish
        sampler = Self.sampler(in: settings.environment, report) ?? configuration.sampler
        environment = settings.environment.filter { TracingOptions.variables.contains($0.key) }
        self.destination = destination
    }

    /// Characters of OTEL_EXPORTER_OTLP_HEADERS.
    private static let headersLimit = 8192

    /// The receiver that is asked for, or else the configuration's first.
    private static func destination(
        _ environment: [String: String], namespace: String, _ configuration: AgentConfiguration,
        _ report: (SupervisorNotice.Problem) -> Void
    ) -> DestinationSetting? {
        do throws(DestinationRefusal) {
            let policy = DestinationPolicy(allowedHosts: configuration.allowedEndpoints)
            let endpoint = try policy.endpoint(in: environment, namespace: namespace)
            let variables = ["OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"]
            let text = variables.lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
            var headers: [OTLPHeader] = []
            for member in text.prefix(Self.headersLimit).split(separator: ",") {
                do throws(OTLPHeaderError) {
                    headers.append(try OTLPHeader(String(member)))
                } catch {
                    report(.header(error))
                }
            }
            return DestinationSetting(name: endpoint.url, endpoint: endpoint, headers: headers)
        } catch {
            let instead = configuration.destinations.first
            report(.destination(error, instead: instead?.name))
            return instead
        }
    }

    private static func sampler(
        in environment: [String: String], _ report: (SupervisorNotice.Problem) -> Void
    ) -> Sampler? {
        do throws(SamplerError) {
            return try Sampler(environment: environment)
        } catch {
            report(.sampler(error))
            return nil
        }
    }
}
