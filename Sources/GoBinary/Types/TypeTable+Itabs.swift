extension TypeTable {
    /// Methods of the itabs that are wanted; 14,416 of all have been seen.
    private static let slotLimit: UInt64 = 128 << 10

    /// The itabs of values of one type or of all types, for certain interfaces or for all.
    func itabs(of type: UInt64? = nil, for interfaces: [UInt64]? = nil) throws(GoBinaryError) -> [Itab] {
        var found: [Itab] = []
        var slotsLeft = Self.slotLimit
        for entry in try itabIndex.entries(self)
        where entry.type == type ?? entry.type && interfaces?.contains(entry.interface) ?? true {
            let count = try slotCount(of: entry.interface)
            guard count <= slotsLeft else { throw .tooLarge("methods in itabs") }
            slotsLeft -= count
            found.append(
                Itab(
                    address: entry.itab, interfaceTypeAddress: entry.interface, typeAddress: entry.type,
                    methods: try methods(of: entry.itab, count)))
        }
        return found
    }

    /// The words for methods that an itab for an interface has.
    func slotCount(of interface: UInt64) throws(GoBinaryError) -> UInt64 {
        let interface = try descriptor(at: interface)
        guard interface.kind == .interface else { throw .corrupt("itab of no interface") }
        return max(1, try methodCount(of: interface))
    }

    private func methods(of itab: UInt64, _ count: UInt64) throws(GoBinaryError) -> [UInt64] {
        let first = try itab.plus(24, "itab")
        guard try image.pointer(at: first, "itab") != 0 else { return [] }
        var methods: [UInt64] = []
        for slot in 0..<count {
            let code = try image.pointer(at: try first.plus(slot * 8, "itab"), "itab")
            guard text.contains(code) else { throw .corrupt("itab with a method outside the program's code") }
            methods.append(code)
        }
        return methods
    }
}
