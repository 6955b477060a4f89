package import Spans

/// How one process is traced.
package struct TracingOptions: Hashable, Sendable {
    package var sampler: Sampler
    /// What its spans say of the service, whatever it says of itself.
    package var resource: ResourceOverrides
    /// What it may have at most.
    package var limits: TracingLimits
    /// The variables that count in place of its own environment's, of those in `variables`; nil for those themselves.
    package var environment: [String: String]?
    /// Where its spans go: one of the sink's outlets.
    package var outlet: SpanOutlet

    /// Those of an environment that spans depend on.
    static let variables = SpanLimit.variables.union([
        "OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES", "OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS",
    ])

    package init(
        sampler: Sampler = .standard, resource: ResourceOverrides = .none, limits: TracingLimits = .none,
        environment: [String: String]? = nil, outlet: SpanOutlet = .only
    ) {
        self.environment = environment
        self.sampler = sampler
        self.resource = resource
        self.limits = limits
        self.outlet = outlet
    }
}

/// One of the ways that spans can take out of a sink.
package struct SpanOutlet: Hashable, Sendable {
    /// Of a sink that has one.
    package static let only = SpanOutlet(number: 0)

    package let number: Int

    package init(number: Int) {
        self.number = number
    }
}
