import Glibc

/// The user who called sudo.
struct InvokingUser {
    let id: uid_t
    let name: String
    let home: String
    /// The primary group first.
    let groups: [gid_t]

    /// Nil when this is not root under sudo. Fails for a user that the system doesn't know, rather than run CMD as root.
    static func ofSudo() throws(CommandFailure) -> InvokingUser? {
        guard geteuid() == 0, let text = getenv("SUDO_UID").map({ String(cString: $0) }) else { return nil }
        guard let id = uid_t(text), let entry = getpwuid(id)?.pointee else {
            throw CommandFailure("SUDO_UID is \(text), which is no user here; --as-root runs CMD as root")
        }
        if id == 0 { return nil }
        var count: Int32 = 0
        getgrouplist(entry.pw_name, entry.pw_gid, nil, &count)
        var groups = [gid_t](repeating: entry.pw_gid, count: Int(max(1, count)))
        getgrouplist(entry.pw_name, entry.pw_gid, &groups, &count)
        return InvokingUser(
            id: id, name: String(cString: entry.pw_name), home: String(cString: entry.pw_dir), groups: groups)
    }
}
