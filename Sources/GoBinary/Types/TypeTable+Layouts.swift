extension TypeTable {
    /// More fields than any real struct has.
    private static let fieldLimit: UInt64 = 4 << 10
    /// Bytes of a field's name; nobody asks for a longer one.
    private static let fieldNameLimit = 256

    /// The fields of the struct type at `address`, or nil if another kind of type is there.
    func structLayout(at address: UInt64) throws(GoBinaryError) -> StructLayout? {
        let type = try descriptor(at: address)
        guard type.kind == .structure else { return nil }
        let isNamed = type.flags & TypeDescriptor.named != 0
        let package = isNamed ? try packagePath(of: type, mapSize: MapDescriptor.classicSize) : nil
        // `http.Request`: the package's name has no dot.
        let name = isNamed ? try self.name(of: type).drop { $0 != UInt8(ascii: ".") }.dropFirst() : []
        return StructLayout(
            package: String(decoding: package ?? [], as: UTF8.self),
            name: String(decoding: name, as: UTF8.self),
            typeAddress: address,
            size: try image.load(UInt64.self, at: address, "struct type"),
            fields: try fields(of: type))
    }

    private func fields(of type: TypeDescriptor) throws(GoBinaryError) -> [StructLayout.Field] {
        let what = "fields of a struct type"
        let size = try image.load(UInt64.self, at: type.address, what)
        let count = try image.load(UInt64.self, at: try type.address.plus(64, what), what)
        guard count > 0 else { return [] }
        guard count <= Self.fieldLimit else { throw .tooLarge("\(count) fields of a struct") }
        let first = try image.pointer(at: try type.address.plus(56, what), what)
        guard image.segment(holding: first, count: count * 24) != nil else { throw .corrupt(what) }
        var fields: [StructLayout.Field] = []
        for field in stride(from: first, to: first + count * 24, by: 24) {
            let name = try self.name(at: try image.pointer(at: field, what), limit: Self.fieldNameLimit)
            let fieldType = try descriptor(at: try image.pointer(at: field + 8, what))
            let offset = try image.load(UInt64.self, at: field + 16, what)
            guard offset <= size else { throw .corrupt("field beyond the end of its struct") }
            fields.append(
                StructLayout.Field(
                    name: String(decoding: name.text, as: UTF8.self), offset: offset,
                    typeAddress: fieldType.address, kind: fieldType.kind, isEmbedded: name.flags & 8 != 0))
        }
        return fields
    }

    /// Which of Go's two maps the program has is seen from the types it contains; Go 1.24 and 1.25 could be built with
    /// either (`GOEXPERIMENT=noswissmap`).
    func mapKind() throws(GoBinaryError) -> MapKind? {
        if try namedType("hmap", in: "runtime", kind: .structure) != nil { return .classic }
        if try namedType("Map", in: "internal/runtime/maps", kind: .structure) != nil { return .swiss }
        return nil
    }

    enum MapKind {
        case classic
        case swiss
    }

    func mapSize(_ kind: MapKind) -> UInt64 {
        switch kind {
        case .classic: MapDescriptor.classicSize
        case .swiss: maps.size
        }
    }

    /// The layout of the map type at `address`, or nil if another kind of type is there.
    func mapLayout(at address: UInt64, _ kind: MapKind) throws(GoBinaryError) -> MapLayout? {
        guard try descriptor(at: address).kind == .map else { return nil }
        guard types.upperBound - address >= mapSize(kind) else { throw .corrupt("map type that ends early") }
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
