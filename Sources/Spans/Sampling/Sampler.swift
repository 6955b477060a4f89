package import CBPF

/// How the traces of a process are sampled: a sampler of OpenTelemetry's OTEL_TRACES_SAMPLER with its argument.
package struct Sampler: Hashable, Sendable {
    package enum Name: String, CaseIterable, Sendable {
        case alwaysOn = "always_on"
        case alwaysOff = "always_off"
        case traceIDRatio = "traceidratio"
        case parentBasedAlwaysOn = "parentbased_always_on"
        case parentBasedAlwaysOff = "parentbased_always_off"
        case parentBasedTraceIDRatio = "parentbased_traceidratio"

        package var takesRatio: Bool { self == .traceIDRatio || self == .parentBasedTraceIDRatio }
    }

    package let name: Name
    /// Share of traces to keep, 0 to 1; of meaning to the ratio samplers only.
    package let ratio: Double

    /// The specification's default.
    package static let standard = Sampler(name: .parentBasedAlwaysOn, ratio: 1)

    private init(name: Name, ratio: Double) {
        self.name = name
        self.ratio = ratio
    }

    /// - Parameter argument: the ratio of a ratio sampler, which is 1 without one. The others take none.
    package init(name: String, argument: String? = nil) throws(SamplerError) {
        guard let known = Name(rawValue: name) else { throw .unknownName(name) }
        guard let argument else {
            self.init(name: known, ratio: 1)
            return
        }
        guard known.takesRatio else { throw .takesNoArgument(known) }
        guard let ratio = Double(argument), (0...1).contains(ratio) else { throw .invalidRatio(argument) }
        self.init(name: known, ratio: ratio)
    }

    /// What OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG of a process ask for; nil when they ask for nothing.
    package init?(environment: [String: String]) throws(SamplerError) {
        guard let name = environment["OTEL_TRACES_SAMPLER"], !name.isEmpty else { return nil }
        let argument = environment["OTEL_TRACES_SAMPLER_ARG"]
        try self.init(name: name, argument: argument?.isEmpty == true ? nil : argument)
    }

    /// A trace is kept whose `NS_SAMPLER_TRACE_ID_RATIO` number is below this: ratio * 2^63, rounded towards zero.
    package var ratioBound: UInt64 {
        UInt64(ratio * 0x1p63)
    }

    /// Sets the sampling fields of a process's settings, and leaves the others alone.
    package func apply(to settings: inout ns_process_settings) {
        let (root, sampledParent, unsampledParent) = decisions
        settings.root_sampler = UInt8(root.rawValue)
        settings.sampled_parent_sampler = UInt8(sampledParent.rawValue)
        settings.unsampled_parent_sampler = UInt8(unsampledParent.rawValue)
        settings.ratio_bound = ratioBound
    }

    private var decisions: (root: ns_sampler, sampledParent: ns_sampler, unsampledParent: ns_sampler) {
        let (on, off, ratio) = (NS_SAMPLER_ALWAYS_ON, NS_SAMPLER_ALWAYS_OFF, NS_SAMPLER_TRACE_ID_RATIO)
        return switch name {
        case .alwaysOn: (on, on, on)
        case .alwaysOff: (off, off, off)
        case .traceIDRatio: (ratio, ratio, ratio)
        case .parentBasedAlwaysOn: (on, on, off)
        case .parentBasedAlwaysOff: (off, on, off)
        case .parentBasedTraceIDRatio: (ratio, on, off)
        }
    }
}

package enum SamplerError: Error, Hashable {
    case unknownName(String)
    case takesNoArgument(Sampler.Name)
    case invalidRatio(String)
}

extension SamplerError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownName(let name):
            "unknown sampler '\(name)'; known are \(Sampler.Name.allCases.map(\.rawValue).joined(separator: ", "))"
        case .takesNoArgument(let name):
            """
            the sampler \(name.rawValue) takes no argument; \
            \(Sampler.Name.allCases.filter(\.takesRatio).map(\.rawValue).joined(separator: " and ")) take a ratio
            """
        case .invalidRatio(let argument): "'\(argument)' is not a sampling ratio: a number from 0 to 1"
        }
    }
}
