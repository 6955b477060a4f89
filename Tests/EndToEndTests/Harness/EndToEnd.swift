import Glibc
import Testing

/// All end-to-end tests: one at a time, since they count and time what the machine does. Where tracing isn't possible
/// they are skipped, with the reason.
@Suite(.serialized, .enabled(if: Host.obstacle == nil, Host.comment)) enum EndToEnd {}

/// Whether this machine can trace at all.
enum Host {
    /// What is missing, or nil.
    static let obstacle: String? = {
        if geteuid() != 0 { return "needs root" }
        if access("/sys/kernel/btf/vmlinux", R_OK) != 0 { return "needs a kernel with BTF" }
        if access("/sys/bus/event_source/devices/uprobe/type", R_OK) != 0 { return "needs a kernel with uprobes" }
        return nil
    }()

    static var comment: Comment { Comment(rawValue: obstacle ?? "") }
}
