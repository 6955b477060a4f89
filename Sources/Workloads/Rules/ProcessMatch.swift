/// Which processes a rule is about: those of which every kind of condition holds that is given, each by one of its values.
package struct ProcessMatch: Hashable, Sendable {
    package var executables: [ExecutablePattern]
    /// Of the systemd unit, "shop.service", a user's own included.
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
            let groups = subject.controlGroups
            guard Self.holds(controlGroups, for: groups.paths),
                Self.holds(units, for: [groups.systemdUnit, groups.systemdUserUnit].compactMap { $0 })
            else { return false }
        }
        if !variables.isEmpty, !variables.contains(where: { $0.matches(subject.environment) }) { return false }
        return ports.isEmpty || !subject.listeningPorts.isDisjoint(with: ports)
    }

    private static func holds(_ patterns: [NamePattern], for names: [String]) -> Bool {
        patterns.isEmpty || patterns.contains { names.contains(where: $0.matches) }
    }
}

/// What can be asked of a process.
package protocol ProcessSubject {
    /// As /proc/PID/exe has it.
    var executablePath: String { get }
    var controlGroups: ControlGroups { get }
    var environment: [String: String] { get }
    var listeningPorts: Set<UInt16> { get }
}
