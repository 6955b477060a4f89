import Glibc

/// Held by the one agent of a machine, for as long as this lives.
package struct AgentLock: ~Copyable, Sendable {
    package static let defaultPath = "/run/nodespan/lock"

    private let descriptor: OwnedDescriptor

    /// Fails with EWOULDBLOCK when another agent holds it.
    package init(path: String = AgentLock.defaultPath) throws(BPFError) {
        let folder = path.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" }
        if mkdir(folder, 0o755) != 0, errno != EEXIST { throw BPFError("create folder", on: folder, code: errno) }
        let descriptor = try OwnedDescriptor(opening: path, O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600)
        if flock(descriptor.number, LOCK_EX | LOCK_NB) != 0 { throw BPFError("lock", on: path, code: errno) }
        self.descriptor = descriptor
    }
}
