extension TypeTable {
    enum MapKind {
        case classic
        case swiss
    }

    /// Which of Go's two maps a map type is, or nil if neither. Each describes how its entries are kept by a struct: a
    /// classic one's begins with `topbits`, a swiss one's with `ctrl` (`cmd/compile/internal/reflectdata`, map.go and
    /// before Go 1.24 reflect.go). Go 1.24 and 1.25 make either (`GOEXPERIMENT=noswissmap`).
    func mapKind(of type: TypeDescriptor) throws(GoBinaryError) -> MapKind? {
        let what = "map type"
        let group = try descriptor(at: try image.pointer(at: try type.address.plus(64, what), what))
        guard group.kind == .structure, try fieldCount(of: group) > 0 else { return nil }
        let first = try image.pointer(at: try group.address.plus(56, what), what)
        switch String(programText: try name(at: try image.pointer(at: first, what), limit: 8).text) {
        case "topbits": return .classic
        case "ctrl": return .swiss
        default: return nil
        }
    }

    /// Bytes of a map type's descriptor, or nil if it isn't known which map it is.
    func mapSize(of type: TypeDescriptor) throws(GoBinaryError) -> UInt64? {
        switch try mapKind(of: type) {
        case .classic: MapDescriptor.classicSize
        case .swiss: maps.size
        case nil: nil
        }
    }

    /// The layout of the map type at `address`, or nil if another kind of type is there.
    func mapLayout(at address: UInt64) throws(GoBinaryError) -> MapLayout? {
        let type = try descriptor(at: address)
        guard type.kind == .map, let kind = try mapKind(of: type), let size = try mapSize(of: type) else { return nil }
        guard types.upperBound - address >= size else { throw .corrupt("map type that ends early") }
        switch kind {
        case .classic: return .classic(try classicMap(at: address))
        case .swiss: return .swiss(try swissMap(at: address))
        }
    }

    private func classicMap(at address: UInt64) throws(GoBinaryError) -> MapLayout.Classic {
        let what = "map type"
        let keySize = UInt64(try image.load(UInt8.self, at: address + 80, what))
        let elemSize = UInt64(try image.load(UInt8.self, at: address + 81, what))
        let bucketSize = UInt64(try image.load(UInt16.self, at: address + 82, what))
        let flags = try image.load(UInt32.self, at: address + 84, what)
        let elems = 8 + 8 * keySize
        // Padding may come between the elements and the pointer, which is always last.
        guard bucketSize >= elems + 8 * elemSize + 8 else { throw .corrupt("map type whose bucket is too small") }
        return MapLayout.Classic(
            keySize: keySize, elemSize: elemSize, bucketSize: bucketSize, keysOffset: 8, elemsOffset: elems,
            overflowOffset: bucketSize - 8, isKeyIndirect: flags & 1 != 0, isElemIndirect: flags & 2 != 0)
    }

    private func swissMap(at address: UInt64) throws(GoBinaryError) -> MapLayout.Swiss {
        let what = "map type"
        let keysOffset = try maps.keysOffset.map { (field) throws(GoBinaryError) in
            try image.load(UInt64.self, at: address + field, what)
        }
        let flags = try image.load(UInt32.self, at: address + maps.flags, what)
        let layout = MapLayout.Swiss(
            groupSize: try image.load(UInt64.self, at: address + maps.groupSize, what),
            keysOffset: keysOffset ?? 8,
            keyStride: try image.load(UInt64.self, at: address + maps.keyStride, what),
            elemsOffset: try image.load(UInt64.self, at: address + maps.elemsOffset, what)
                .plus(maps.elemsBase, what),
            elemStride: try image.load(UInt64.self, at: address + maps.elemStride, what),
            isKeyIndirect: flags & 4 != 0, isElemIndirect: flags & 8 != 0)
        guard layout.groupSize <= 1 << 20, layout.keysOffset < layout.groupSize,
            layout.elemsOffset < layout.groupSize, layout.keyStride <= layout.groupSize / 8,
            layout.elemStride <= layout.groupSize / 8
        else { throw .corrupt("map type whose group is too small") }
        return layout
    }
}
