/// Finds fields by Go's rules for selectors (The Go Programming Language Specification, Selectors), but for methods, which
/// hide deeper fields of the same name there, and for the packages of unexported names.
struct FieldSearch {
    private let types: TypeTable
    /// How many more fields are read; the largest real searches read a few hundred.
    private var fieldsLeft: UInt64 = 4 << 10

    private static let elementLimit = 64
    /// Pointers on the way to a field. Every struct of a level keeps its own way.
    private static let hopLimit = 256

    init(_ types: TypeTable) {
        self.types = types
    }

    /// Where a struct is.
    private struct Place {
        let typeAddress: UInt64
        let fields: [StructLayout.Field]
        /// The last one is the struct's own offset.
        let hops: [UInt64]
        /// The same type is embedded more than once at this depth.
        var isAmbiguous = false
    }

    mutating func find(_ path: String, in layout: StructLayout) throws(GoBinaryError) -> FieldPath? {
        let names = path.split(separator: ".", omittingEmptySubsequences: false)
        guard names.count <= Self.elementLimit else { throw .tooLarge("a path of \(names.count) fields") }
        var place = Place(typeAddress: layout.typeAddress, fields: layout.fields, hops: [0])
        for name in names.dropLast() {
            guard let field = try field(String(name), in: place),
                let inner = try self.place(behind: field)
            else { return nil }
            place = inner
        }
        return try names.last.flatMap { (name) throws(GoBinaryError) in try field(String(name), in: place) }
    }

    /// The field of that name at the shallowest depth at which there is one.
    private mutating func field(_ name: String, in place: Place) throws(GoBinaryError) -> FieldPath? {
        guard !name.isEmpty, name != "_" else { return nil }
        var level = [place]
        var seen: Set = [place.typeAddress]
        while !level.isEmpty {
            var found: FieldPath?
            for place in level {
                guard let field = place.fields.first(where: { $0.name == name }) else { continue }
                guard found == nil, !place.isAmbiguous else { return nil }
                found = try Self.path(to: field, in: place)
            }
            if let found { return found }
            level = try embedded(in: level, seen)
            seen.formUnion(level.map(\.typeAddress))
        }
        return nil
    }

    /// The structs one level deeper, each type once.
    private mutating func embedded(in level: [Place], _ seen: Set<UInt64>) throws(GoBinaryError) -> [Place] {
        var next: [Place] = []
        var positions: [UInt64: Int] = [:]
        for outer in level {
            for field in outer.fields where field.isEmbedded {
                guard let (inner, hops) = try structure(behind: try Self.path(to: field, in: outer)),
                    !seen.contains(inner.address)
                else { continue }
                if let position = positions[inner.address] {
                    next[position].isAmbiguous = true
                    continue
                }
                positions[inner.address] = next.count
                var place = try self.place(of: inner, hops)
                place.isAmbiguous = outer.isAmbiguous
                next.append(place)
            }
        }
        return next
    }

    private static func path(to field: StructLayout.Field, in place: Place) throws(GoBinaryError) -> FieldPath {
        var hops = place.hops
        hops[hops.count - 1] = try hops[hops.count - 1].plus(field.offset, "offset of a field")
        return FieldPath(hops: hops, kind: field.kind, typeAddress: field.typeAddress)
    }

    private mutating func place(behind field: FieldPath) throws(GoBinaryError) -> Place? {
        guard let (type, hops) = try structure(behind: field) else { return nil }
        return try place(of: type, hops)
    }

    private mutating func place(of type: TypeDescriptor, _ hops: [UInt64]) throws(GoBinaryError) -> Place {
        let cost = try types.fieldCount(of: type) + 1
        guard cost <= fieldsLeft else { throw .tooLarge("structs in structs") }
        fieldsLeft -= cost
        return Place(typeAddress: type.address, fields: try types.fields(of: type), hops: hops)
    }

    /// The struct that a field is or points to.
    private func structure(behind field: FieldPath) throws(GoBinaryError) -> (TypeDescriptor, hops: [UInt64])? {
        var type = try types.descriptor(at: field.typeAddress)
        var hops = field.hops
        if type.kind == .pointer {
            type = try types.element(of: type)
            hops.append(0)
            guard hops.count <= Self.hopLimit else { throw .tooLarge("structs that are embedded in structs") }
        }
        return type.kind == .structure ? (type, hops) : nil
    }
}
