import Synchronization

/// The count of events for which there was no room in `process_events`, looked at now and then.
final class MissedEvents: Sendable {
    private let count: BPFMap<UInt32, UInt64>
    private let known = Mutex<UInt64>(0)

    init(of object: borrowing BPFObject) throws(BPFError) {
        count = try object.map("missed_events")
    }

    /// Whether there are more than at the last call.
    func hasGrown() -> Bool {
        guard let now = try? count.value(of: 0) else { return false }
        return known.withLock { known in
            defer { known = now }
            return now != known
        }
    }
}
