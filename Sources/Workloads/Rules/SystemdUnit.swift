/// Which systemd unit a process belongs to, by its control group.
package enum SystemdUnit {
    private static let kinds = [".service", ".scope"]

    /// The innermost service or scope; nil for a process of none. A user's own units are found, too: they lie beneath
    /// `user@UID.service`.
    package static func name(inControlGroups paths: [String]) -> String? {
        for path in paths {
            let name = path.split(separator: "/").last { part in kinds.contains { part.hasSuffix($0) } }
            if let name { return String(name) }
        }
        return nil
    }
}
