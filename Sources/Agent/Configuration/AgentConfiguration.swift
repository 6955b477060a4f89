package import Spans
package import Workloads

/// What the agent of a node is to do.
package struct AgentConfiguration: Sendable {
    /// Tried in order; the first that matches a process decides.
    package var rules: [TraceRule] = []
    package var destinations: [DestinationSetting] = []
    package var export = ExportSettings()
    /// For processes of which neither their rule nor their environment names a sampler.
    package var sampler: Sampler = .standard
    package var injection: Injection = .auto
    /// Patterns of the hosts that pods may have spans sent to; empty for all.
    package var allowedEndpoints: [NamePattern] = []
    package var redaction: QueryRedaction = .standard
    /// Where each setting comes from that a variable may set, by its key.
    package var origins: [String: String] = [:]

    package init() {}

    /// How trace contexts get into the requests of traced programs.
    package enum Injection: String, CaseIterable, Sendable {
        /// Written into the program's own buffer, where the kernel allows it.
        case auto
        case none
    }
}
