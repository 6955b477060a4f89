import BPFRuntime
import CBPF
import Workloads

/// An armed executable and who needs it.
struct ArmedEntry {
    /// Of its facts, and of the attach cookie.
    let slot: BinarySlots.Slot
    let executable: KnownExecutable
    var arming: Arming
    /// Which user it was armed through.
    var through: UInt32
    /// The pids of the traced processes that run it, by counters slot.
    var users: [UInt32: Int32]
    /// Since when there are none.
    var idleSince: ContinuousClock.Instant?

    /// Whether the process through which it was armed has ended, so that its mount is to be let go.
    var needsHandOver: Bool { users[through] == nil && arming.mount != nil }

    /// Whether nobody can write to the file, which would put the breakpoints anywhere in what is written.
    var isGuarded: Bool { arming.lease?.isAwaited == false }

    /// Whether it may stay armed for a program that starts again: it is guarded, and nobody is kept from unmounting it.
    var mayStayIdle: Bool { isGuarded && arming.mount?.mayBeUnmounted == false }
}

/// The probes in an executable. Dropping it takes them out.
final class Arming: Sendable {
    // Before the lease, which is held as long as the probes are in: properties go in their order.
    private let probes: ArmedExecutable
    let lease: FileLease?
    /// The mount that they keep busy; nil when it isn't known.
    let mount: MountID?

    init(_ probes: consuming ArmedExecutable, mount: MountID?, lease: FileLease?) {
        self.probes = probes
        self.mount = mount
        self.lease = lease
    }

    var links: ProbeLinks { probes.links }

    /// See `ArmedExecutable.leaveToEnd`.
    func leaveToEnd() throws(BPFError) { try probes.leaveToEnd() }
}
