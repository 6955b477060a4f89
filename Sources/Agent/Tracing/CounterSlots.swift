import CBPF

/// Slots of the map `counters`: one per traced process, and free again when no record in the ring names it any more.
struct CounterSlots {
    private var unused = UInt32(0)..<UInt32(NS_MAX_PROCESSES)
    private var free: [UInt32] = []

    /// A slot whose counters are to be zeroed; nil when all are taken.
    mutating func take() -> UInt32? {
        free.popLast() ?? unused.popFirst()
    }

    mutating func giveBack(_ slots: some Sequence<UInt32>) {
        free.append(contentsOf: slots)
    }
}
