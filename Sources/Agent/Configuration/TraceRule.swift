package import Spans
package import Workloads

/// Which processes are traced, and how.
package struct TraceRule: Hashable, Sendable {
    package var name: String
    package var match: ProcessMatch
    /// False for processes that are left alone, whatever later rules say.
    package var isTraced = true
    /// The name of one of the destinations; nil with an Instrumentation, where that or the process says it.
    package var destination: String?
    package var sampler: Sampler?
    package var limits: TracingLimits?
    /// What spans say of the service, whatever the process says of itself.
    package var resource: ResourceOverrides = .none
    package var instrumentation: NamedInstrumentation?
}

/// An Instrumentation of a file: what it says holds for the processes of a rule as for those of a pod that names it.
package struct NamedInstrumentation: Hashable, Sendable {
    /// "FILE#NAME"
    package var place: String
    package var resource: Instrumentation
}
