package import Spans
package import Workloads

/// Which processes are traced, and how.
package struct TraceRule: Hashable, Sendable {
    package var name: String
    package var match: ProcessMatch
    /// False for processes that are left alone, whatever later rules say.
    package var isTraced = true
    /// The name of one of the destinations.
    package var destination: String?
    package var sampler: Sampler?
    /// What spans say of the service, whatever the process says of itself.
    package var resource: ResourceOverrides = .none
}
