internal import CLinux

/// By which the kernel judges what a process may read: its ids, as this process's user namespace has them.
struct FileCredentials: Hashable {
    private let user: UInt32
    private let groups: Set<UInt32>

    /// - Parameter status: of /proc/PID/status (proc_pid_status(5)): "Uid:" and "Gid:", of each the real, the effective, the
    ///   saved and the file system's, and "Groups:".
    init?(status: String) {
        func numbers(_ key: String) -> [UInt32] {
            let line = status.split(separator: "\n").first { $0.hasPrefix("\(key):") }
            return line?.dropFirst(key.count + 1).split(whereSeparator: \.isWhitespace).compactMap { UInt32($0) } ?? []
        }
        let (users, groups) = (numbers("Uid"), numbers("Gid"))
        guard users.count == 4, groups.count == 4 else { return nil }
        user = users[3]
        self.groups = Set(numbers("Groups") + [groups[3]])
    }

    /// By the mode of the file alone (path_resolution(7)). Root may read all.
    func mayRead(_ status: stat) -> Bool {
        if user == 0 { return true }
        let right: UInt32 = status.st_uid == user ? 0o400 : groups.contains(status.st_gid) ? 0o040 : 0o004
        return UInt32(status.st_mode) & right != 0
    }
}
