/// Why a sampler isn't one that nodespan has.
package enum SamplerError: Error, Hashable {
    case unknownName(String)
    /// Known to OpenTelemetry, but asks a service that nodespan doesn't.
    case unsupported(String)
    case takesNoArgument(Sampler.Name)
    case invalidRatio(String)
}

extension SamplerError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownName(let name):
            "unknown sampler '\(name)'; known are \(Sampler.Name.allCases.map(\.rawValue).joined(separator: ", "))"
        case .unsupported(let name):
            """
            the sampler \(name) asks AWS X-Ray for its rules, which nodespan doesn't; choose another, such as \
            parentbased_traceidratio
            """
        case .takesNoArgument(let name):
            """
            the sampler \(name.rawValue) takes no argument; \
            \(Sampler.Name.allCases.filter(\.takesRatio).map(\.rawValue).joined(separator: " and ")) take a ratio
            """
        case .invalidRatio(let argument): "'\(argument)' is not a sampling ratio: a number from 0 to 1"
        }
    }
}
