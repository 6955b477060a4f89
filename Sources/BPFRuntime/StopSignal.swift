import CLibbpf
import Glibc

/// Tells a thread that waits in poll or epoll to end: an eventfd that becomes readable once and stays so.
struct StopSignal: ~Copyable, Sendable {
    private let event: OwnedDescriptor

    init() throws(BPFError) {
        let number = eventfd(0, Int32(EFD_CLOEXEC))
        if number < 0 { throw BPFError("create", on: "eventfd", code: errno) }
        event = OwnedDescriptor(owning: number)
    }

    /// What the thread waits on; its own copy, so that it may outlive this.
    func waitable() throws(BPFError) -> OwnedDescriptor {
        try OwnedDescriptor.duplicate(of: event.number, for: "eventfd")
    }

    func send() {
        eventfd_write(event.number, 1)
    }
}
