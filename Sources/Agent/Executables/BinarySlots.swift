import CBPF

/// Slots of the map `binaries`: one per armed executable. The one that has been free for longest is taken first.
struct BinarySlots {
    /// A slot for one executable's time there.
    struct Slot: Hashable {
        let number: UInt32
        /// `ns_binary_facts.generation`
        let generation: UInt32

        /// Of a probe, for one of several implementations.
        func cookie(variant: UInt32) -> UInt64 {
            UInt64(generation) << UInt64(NS_COOKIE_GENERATION_SHIFT)
                | UInt64(variant & UInt32(NS_COOKIE_VARIANT_MASK)) << UInt64(NS_COOKIE_VARIANT_SHIFT) | UInt64(number)
        }
    }

    private static let generations: UInt32 = 1 << 24

    private var free = (0..<UInt32(NS_MAX_BINARIES)).map { Slot(number: $0, generation: 1) }[...]

    var isEmpty: Bool { free.isEmpty }

    mutating func take() -> Slot? { free.popFirst() }

    mutating func giveBack(_ slot: Slot) {
        free.append(Slot(number: slot.number, generation: (slot.generation + 1) % Self.generations))
    }
}
