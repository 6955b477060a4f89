package import CBPF

/// How the traces of a process are sampled: a sampler of OpenTelemetry's OTEL_TRACES_SAMPLER with its argument, or the
/// specification's ParentBased with samplers of one's own.
package struct Sampler: Hashable, Sendable {
    package enum Name: String, CaseIterable, Sendable {
        case alwaysOn = "always_on"
        case alwaysOff = "always_off"
        case traceIDRatio = "traceidratio"
        case parentBasedAlwaysOn = "parentbased_always_on"
        case parentBasedAlwaysOff = "parentbased_always_off"
        case parentBasedTraceIDRatio = "parentbased_traceidratio"
        case jaegerRemote = "jaeger_remote"
        case parentBasedJaegerRemote = "parentbased_jaeger_remote"

        package var takesRatio: Bool { self == .traceIDRatio || self == .parentBasedTraceIDRatio }
        /// Whether a server says how to sample.
        package var isRemote: Bool { self == .jaegerRemote || self == .parentBasedJaegerRemote }
    }

    package let name: Name
    /// Share of traces to keep, 0 to 1; of meaning to the ratio samplers only.
    package let ratio: Double
    /// Whom to ask; of remote samplers only.
    package let remote: RemoteSampling?
    /// The decisions of a ParentBased sampler that has samplers of its own; nil for those of `name`.
    package private(set) var own: SamplingDecisions?
    /// What the server says of a remote sampler; nil as long as it hasn't said anything.
    private var strategy: SampledShare?

    /// The specification's default.
    package static let standard = Sampler(name: .parentBasedAlwaysOn, ratio: 1)

    private init(name: Name, ratio: Double, remote: RemoteSampling? = nil) {
        self.name = name
        self.ratio = ratio
        self.remote = remote
    }

    /// - Parameters:
    ///   - argument: the ratio of a ratio sampler, which is 1 without one; what `RemoteSampling` takes for a remote one. The
    ///     others take none.
    ///   - report: told what of a remote sampler's argument is ignored.
    package init(
        name: String, argument: String? = nil, ignoring report: (Substring) -> Void = { _ in }
    ) throws(SamplerError) {
        guard let known = Name(rawValue: name) else {
            throw ["xray", "parentbased_xray"].contains(name) ? .unsupported(name) : .unknownName(name)
        }
        if known.isRemote {
            self.init(name: known, ratio: 1, remote: RemoteSampling(argument: argument ?? "", ignoring: report))
            return
        }
        guard let argument else {
            self.init(name: known, ratio: 1)
            return
        }
        guard known.takesRatio else { throw .takesNoArgument(known) }
        guard let ratio = Double(argument), (0...1).contains(ratio) else { throw .invalidRatio(argument) }
        self.init(name: known, ratio: ratio)
    }

    /// What OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG of a process ask for; nil when they ask for nothing.
    package init?(
        environment: [String: String], ignoring report: (Substring) -> Void = { _ in }
    ) throws(SamplerError) {
        // Enumerations are to be read without regard to case.
        let name = environment["OTEL_TRACES_SAMPLER"]?.trimmingWhitespace().lowercased() ?? ""
        if name.isEmpty { return nil }
        let argument = environment["OTEL_TRACES_SAMPLER_ARG"]?.trimmingWhitespace()
        try self.init(name: name, argument: argument?.isEmpty == true ? nil : argument, ignoring: report)
    }

    /// The specification's ParentBased.
    package init(parentBased decisions: SamplingDecisions) {
        self.init(name: .parentBasedAlwaysOn, ratio: 1)
        own = decisions
    }

    /// A remote sampler as its server has it.
    package func following(_ strategy: SampledShare?) -> Sampler {
        guard remote != nil else { return self }
        var sampler = self
        sampler.strategy = strategy
        return sampler
    }

    package var decisions: SamplingDecisions {
        if let own { return own }
        let remoteShare = strategy ?? .ratio(remote?.initialRate ?? 1)
        return switch name {
        case .alwaysOn: SamplingDecisions(wherever: .all)
        case .alwaysOff: SamplingDecisions(wherever: .none)
        case .traceIDRatio: SamplingDecisions(wherever: .ratio(ratio))
        case .parentBasedAlwaysOn: SamplingDecisions(root: .all)
        case .parentBasedAlwaysOff: SamplingDecisions(root: .none)
        case .parentBasedTraceIDRatio: SamplingDecisions(root: .ratio(ratio))
        case .jaegerRemote: SamplingDecisions(wherever: remoteShare)
        case .parentBasedJaegerRemote: SamplingDecisions(root: remoteShare)
        }
    }

    /// Sets the sampling fields of a process's settings, and leaves the others alone.
    package func apply(to settings: inout ns_process_settings) {
        decisions.apply(to: &settings)
    }
}
