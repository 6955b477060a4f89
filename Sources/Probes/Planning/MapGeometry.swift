internal import CBPF
internal import GoBinary

/// How the BPF programs walk a Go map, and the fields that they follow.
struct MapGeometry {
    var fact: ns_header_map
    var fields: [ResolvedField]
}

extension FieldResolver {
    /// Reads the layout of a map type. Which of Go's two map implementations it is, the type descriptor says, so
    /// `GOEXPERIMENT=noswissmap` is right as well.
    mutating func geometry(of type: TypeName) throws(PlanningError) -> Result<MapGeometry, Absence> {
        let layout: MapLayout?
        do {
            layout = try binary.mapLayout(package: copy.name(of: type.package), name: type.name, match: .exact)
        } catch {
            try error.rethrowUnlessShape()
            return .failure(Absence(reason: "\(error)"))
        }
        switch layout {
        case .classic(let bucket): return try classic(bucket)
        case .swiss(let group): return try swiss(group)
        case nil: return .failure(Absence(reason: "map type \(type) not found"))
        }
    }

    /// runtime/map.go, up to Go 1.23.
    private mutating func classic(
        _ bucket: MapLayout.Classic
    ) throws(PlanningError) -> Result<MapGeometry, Absence> {
        let map = TypeName(package: "runtime", name: "hmap")
        var collector = FieldCollector()
        var fact = ns_binary_facts.nothingKnown.header_map
        fact.kind = UInt16(NS_MAP_CLASSIC.rawValue)
        fact.count = collector.add(try offset(of: "count", in: map))
        fact.flags = collector.add(try offset(of: "flags", in: map))
        fact.log2_buckets = collector.add(try offset(of: "B", in: map))
        fact.buckets = collector.add(try offset(of: "buckets", in: map))
        fact.old_buckets = collector.add(try offset(of: "oldbuckets", in: map))
        fact.group_size = collector.groupSize(bucket.bucketSize)
        fact.keys = collector.size(bucket.keysOffset)
        fact.key_stride = collector.size(bucket.keySize)
        fact.elems = collector.size(bucket.elemsOffset)
        fact.elem_stride = collector.size(bucket.elemSize)
        fact.overflow = collector.size(bucket.overflowOffset)
        return collector.result(fact, isIndirect: bucket.isKeyIndirect || bucket.isElemIndirect)
    }

    /// internal/runtime/maps, Go 1.24 and later.
    private mutating func swiss(_ group: MapLayout.Swiss) throws(PlanningError) -> Result<MapGeometry, Absence> {
        let map = TypeName(package: "internal/runtime/maps", name: "Map")
        let table = TypeName(package: "internal/runtime/maps", name: "table")
        let groups = TypeName(package: "internal/runtime/maps", name: "groupsReference")
        var collector = FieldCollector()
        var fact = ns_binary_facts.nothingKnown.header_map
        fact.kind = UInt16(NS_MAP_SWISS.rawValue)
        fact.count = collector.add(try offset(of: "used", in: map))
        fact.directory = collector.add(try offset(of: "dirPtr", in: map))
        fact.directory_len = collector.add(try offset(of: "dirLen", in: map))
        fact.table_index = collector.add(try offset(of: "index", in: table))
        let inTable = UInt64(collector.add(try offset(of: "groups", in: table)))
        fact.table_groups = collector.size(inTable + UInt64(collector.add(try offset(of: "data", in: groups))))
        fact.table_length_mask = collector.size(
            inTable + UInt64(collector.add(try offset(of: "lengthMask", in: groups))))
        fact.group_size = collector.groupSize(group.groupSize)
        fact.keys = collector.size(group.keysOffset)
        fact.key_stride = collector.size(group.keyStride)
        fact.elems = collector.size(group.elemsOffset)
        fact.elem_stride = collector.size(group.elemStride)
        return collector.result(fact, isIndirect: group.isKeyIndirect || group.isElemIndirect)
    }
}

/// Collects fields until all are there or the first is missing.
private struct FieldCollector {
    private var fields: [ResolvedField] = []
    private var absence: Absence?

    mutating func add(_ found: Result<ResolvedField, Absence>) -> ns_offset {
        switch found {
        case .success(let field):
            fields.append(field)
            return field.offset
        case .failure(let failure):
            absence = absence ?? failure
            return ns_offset(NS_ABSENT)
        }
    }

    mutating func size(_ value: UInt64) -> ns_offset {
        if let size = ns_offset(fitting: value) { return size }
        absence = absence ?? Absence(reason: "\(value) bytes are more than an entry's offset may be")
        return ns_offset(NS_ABSENT)
    }

    mutating func groupSize(_ value: UInt64) -> UInt16 {
        if value > UInt64(NS_MAP_GROUP_MAX) {
            absence = absence ?? Absence(reason: "a group has \(value) bytes; \(NS_MAP_GROUP_MAX) are copied")
        }
        return size(value)
    }

    func result(_ fact: ns_header_map, isIndirect: Bool) -> Result<MapGeometry, Absence> {
        if let absence { return .failure(absence) }
        guard !isIndirect else {
            return .failure(Absence(reason: "the map keeps its entries elsewhere, behind pointers"))
        }
        return .success(MapGeometry(fact: fact, fields: fields))
    }
}
