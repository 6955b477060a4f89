extension ControlGroups {
    /// The systemd unit that the process belongs to, "nginx.service": the first name below slices (systemd,
    /// basic/cgroup-util.c, `cg_path_get_unit`). Nil where there is none, as on a machine without systemd.
    package var systemdUnit: String? {
        paths.lazy.compactMap { Self.unit(below: Self.names(of: $0)).map { String($0.name) } }.first
    }

    /// The unit of a user's own systemd, which runs as the service "user@UID.service".
    package var systemdUserUnit: String? {
        for path in paths {
            guard let manager = Self.unit(below: Self.names(of: path)), manager.name.hasPrefix("user@") else {
                continue
            }
            return Self.unit(below: manager.rest).map { String($0.name) }
        }
        return nil
    }

    private static func names(of path: String) -> ArraySlice<Substring> {
        path.split(separator: "/")[...]
    }

    private static func unit(below names: ArraySlice<Substring>) -> (name: Substring, rest: ArraySlice<Substring>)? {
        let rest = names.drop { $0.hasSuffix(".slice") }
        guard let first = rest.first else { return nil }
        // A name that the kernel has a use for is led by an underscore (`cg_escape`).
        let name = first.hasPrefix("_") ? first.dropFirst() : first
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex, kinds.contains(name[dot...]) else { return nil }
        return (name, rest.dropFirst())
    }

    /// Kinds of units that have processes (systemd.unit(5)).
    private static let kinds: Set<Substring> = [".service", ".scope", ".socket", ".mount", ".swap"]
}
