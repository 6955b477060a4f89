import ArgumentParser
import Spans

struct ResourceOptions: ParsableArguments {
    @Option(help: ArgumentHelp("service.name of all spans, whatever the programs say.", valueName: "name"))
    var serviceName: String?

    @Option(
        help: ArgumentHelp(
            "Resource attributes of all spans, as in OTEL_RESOURCE_ATTRIBUTES; repeatable.",
            discussion: "They go before what the programs' own environment says.", valueName: "key=value,..."))
    var resource: [String] = []

    func validate() throws {
        do throws(ResourceOverrideError) {
            _ = try chosen()
        } catch {
            let option = error == .noServiceName ? "--service-name" : "--resource"
            throw ValidationError("\(option): \(error)")
        }
    }

    /// What was validated.
    func overrides() -> ResourceOverrides { (try? chosen()) ?? .none }

    private func chosen() throws(ResourceOverrideError) -> ResourceOverrides {
        try ResourceOverrides(serviceName: serviceName, attributes: resource)
    }
}
