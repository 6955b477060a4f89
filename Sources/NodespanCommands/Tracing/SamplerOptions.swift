import ArgumentParser
import Spans

struct SamplerOptions: ParsableArguments {
    /// What needs no server.
    private static let names = Sampler.Name.allCases.filter { !$0.isRemote }.map(\.rawValue)

    @Option(
        help: ArgumentHelp(
            "Which traces to keep: \(Self.names.joined(separator: ", ")).",
            discussion: "Without it, OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG of each traced process decide, "
                + "and without those, parentbased_always_on."),
        completion: .list(Self.names))
    var sampler: String?

    @Option(help: ArgumentHelp("Share of traces that a ratio sampler keeps, 0 to 1.", valueName: "ratio"))
    var samplerArg: String?

    func validate() throws {
        if sampler == nil, samplerArg != nil { throw ValidationError("--sampler-arg needs --sampler") }
        do {
            if let remote = try chosen(), remote.remote != nil {
                throw ValidationError(
                    "\(remote.name.rawValue) asks a server how to sample, which only nodespan run does")
            }
        } catch let error as SamplerError {
            throw ValidationError("\(error)")
        }
    }

    /// The sampler for a process with this environment. What the process asks for in vain is reported, not obeyed.
    func sampler(forEnvironment environment: [String: String], of subject: String) -> Sampler {
        do throws(SamplerError) {
            if let chosen = try chosen() { return chosen }
            let asked = try Sampler(environment: environment) ?? .standard
            if let remote = asked.remote {
                StandardError.print(
                    "\(subject): OTEL_TRACES_SAMPLER: \(asked.name.rawValue) asks a server how to sample, which only "
                        + "nodespan run does; keeping its initialSamplingRate, \(remote.initialRate); --sampler says otherwise"
                )
            }
            return asked
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
