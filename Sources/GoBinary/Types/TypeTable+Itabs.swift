extension TypeTable {
    /// Itabs that are looked at; 5,493 have been seen.
    private static let itabLimit: UInt64 = 128 << 10
    /// Methods of the itabs that are wanted; 14,416 of all have been seen.
    private static let slotLimit: UInt64 = 128 << 10

    /// The itabs of values of one type or of all types, for certain interfaces or for all.
    func itabs(of type: UInt64? = nil, for interfaces: [UInt64]? = nil) throws(GoBinaryError) -> [Itab] {
        var found: [Itab] = []
        var slotCount: UInt64 = 0
        try forEachItab { (address) throws(GoBinaryError) in
            let concrete = try image.pointer(at: try address.plus(8, "itab"), "itab")
            guard concrete == type ?? concrete else { return }
            let interface = try descriptor(at: try image.pointer(at: address, "itab"))
            guard interfaces?.contains(interface.address) ?? true else { return }
            slotCount += try self.slotCount(of: interface)
            guard slotCount <= Self.slotLimit else { throw .tooLarge("methods in itabs") }
            found.append(
                Itab(
                    address: address, interfaceTypeAddress: interface.address, typeAddress: concrete,
                    methods: try slots(of: address, interface)))
        }
        return found
    }

    private func forEachItab(_ body: (UInt64) throws(GoBinaryError) -> Void) throws(GoBinaryError) {
        switch itabs {
        case .links(let start, let count):
            guard count <= Self.itabLimit else { throw .tooLarge("\(count) itabs") }
            for index in 0..<count {
                try body(try image.pointer(at: try start.plus(index * 8, "itabs"), "itabs"))
            }
        case .contiguous(let range):
            guard range.upperBound - range.lowerBound <= Self.itabLimit * 32 else { throw .tooLarge("itabs") }
            var counts: [UInt64: UInt64] = [:]
            var address = range.lowerBound
            while address < range.upperBound {
                try body(address)
                address += try size(ofItabAt: address, &counts)
            }
        }
    }

    /// Bytes from one itab to the next, `Size` of `internal/abi/iface.go` (Go 1.27).
    private func size(ofItabAt address: UInt64, _ counts: inout [UInt64: UInt64]) throws(GoBinaryError) -> UInt64 {
        guard try image.pointer(at: address + 24, "itab") != 0 else { return 32 }
        let interface = try image.pointer(at: address, "itab")
        let count: UInt64
        if let known = counts[interface] {
            count = known
        } else {
            count = try slotCount(of: try descriptor(at: interface))
            counts[interface] = count
        }
        return 24 + 8 * count
    }

    private func slotCount(of interface: TypeDescriptor) throws(GoBinaryError) -> UInt64 {
        guard interface.kind == .interface else { throw .corrupt("itab of no interface") }
        return max(1, try methodCount(of: interface))
    }

    private func slots(of itab: UInt64, _ interface: TypeDescriptor) throws(GoBinaryError) -> [UInt64] {
        let first = try itab.plus(24, "itab")
        guard try image.pointer(at: first, "itab") != 0 else { return [] }
        var methods: [UInt64] = []
        for slot in 0..<(try methodCount(of: interface)) {
            let code = try image.pointer(at: try first.plus(slot * 8, "itab"), "itab")
            guard text.contains(code) else { throw .corrupt("itab with a method outside the program's code") }
            methods.append(code)
        }
        return methods
    }
}
