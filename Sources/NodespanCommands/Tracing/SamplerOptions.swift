import ArgumentParser
import Spans

struct SamplerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Which traces to keep: \(Sampler.Name.allCases.map(\.rawValue).joined(separator: ", ")).",
            discussion: "Without it, OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG of each traced process decide, "
                + "and without those, parentbased_always_on."),
        completion: .list(Sampler.Name.allCases.map(\.rawValue)))
    var sampler: String?

    @Option(help: ArgumentHelp("Share of traces that a ratio sampler keeps, 0 to 1.", valueName: "ratio"))
    var samplerArg: String?

    func validate() throws {
        if sampler == nil, samplerArg != nil { throw ValidationError("--sampler-arg needs --sampler") }
        do throws(SamplerError) {
            _ = try chosen()
        } catch {
            throw ValidationError("\(error)")
        }
    }

    /// The sampler for a process with this environment. What the process asks for in vain is reported, not obeyed.
    func sampler(forEnvironment environment: [String: String], of subject: String) -> Sampler {
        do throws(SamplerError) {
            if let chosen = try chosen() { return chosen }
            return try Sampler(environment: environment) ?? .standard
        } catch {
            StandardError.print(
                "\(subject): OTEL_TRACES_SAMPLER: \(error); using \(Sampler.Name.parentBasedAlwaysOn.rawValue)")
            return .standard
        }
    }

    private func chosen() throws(SamplerError) -> Sampler? {
        guard let sampler else { return nil }
        return try Sampler(name: sampler, argument: samplerArg)
    }
}
