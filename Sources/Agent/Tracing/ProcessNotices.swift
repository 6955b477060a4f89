import CBPF
import Synchronization

/// The way of notices from the ring's reader to whoever follows them. What finds no room there is replaced by one `missed`.
final class ProcessNotices: Sendable {
    let stream: AsyncStream<ProcessNotice>
    private let continuation: AsyncStream<ProcessNotice>.Continuation
    private let hasDropped = Mutex(false)

    init() {
        (stream, continuation) = AsyncStream.makeStream(
            of: ProcessNotice.self, bufferingPolicy: .bufferingOldest(Int(NS_MAX_PROCESSES)))
    }

    func add(_ notice: ProcessNotice) {
        if case .dropped = continuation.yield(notice) { hasDropped.withLock { $0 = true } }
    }

    /// Whether a notice was dropped since the last call. Where one was, others follow: there was no room for it.
    func takeDropped() -> Bool {
        hasDropped.withLock { hasDropped in
            defer { hasDropped = false }
            return hasDropped
        }
    }
}
