/// Which processes a rule is about: those of which every kind of condition holds that is given, each by one of its values.
package struct ProcessMatch: Hashable, Sendable {
    package var executables: [ExecutablePattern]
    /// Of the systemd unit, "shop.service".
    package var units: [NamePattern]
    /// Of the path of the control group, in any of the hierarchies.
    package var controlGroups: [NamePattern]
    package var variables: [VariablePattern]
    /// TCP ports, on any address, one of which it listens on.
    package var ports: Set<UInt16>

    package init(
        executables: [ExecutablePattern] = [], units: [NamePattern] = [], controlGroups: [NamePattern] = [],
        variables: [VariablePattern] = [], ports: Set<UInt16> = []
    ) {
        self.executables = executables
        self.units = units
        self.controlGroups = controlGroups
        self.variables = variables
        self.ports = ports
    }

    /// Whether it says anything at all; without a condition it would match everything.
    package var isEmpty: Bool {
        executables.isEmpty && units.isEmpty && controlGroups.isEmpty && variables.isEmpty && ports.isEmpty
    }

    /// - Parameter subject: read as far as is needed, what is cheapest first.
    package func matches(_ subject: some ProcessSubject) -> Bool {
        if !executables.isEmpty, !executables.contains(where: { $0.matches(subject.executablePath) }) { return false }
        if !units.isEmpty || !controlGroups.isEmpty {
            let paths = subject.controlGroupPaths
            if !controlGroups.isEmpty, !controlGroups.contains(where: { paths.contains(where: $0.matches) }) {
                return false
            }
            if !units.isEmpty {
                guard let unit = SystemdUnit.name(inControlGroups: paths), units.contains(where: { $0.matches(unit) })
                else { return false }
            }
        }
        if !variables.isEmpty, !variables.contains(where: { $0.matches(subject.environment) }) { return false }
        return ports.isEmpty || !subject.listeningPorts.isDisjoint(with: ports)
    }
}

/// What can be asked of a process.
package protocol ProcessSubject {
    /// As /proc/PID/exe has it.
    var executablePath: String { get }
    /// As /proc/PID/cgroup has them, one of each hierarchy.
    var controlGroupPaths: [String] { get }
    var environment: [String: String] { get }
    var listeningPorts: Set<UInt16> { get }
}
