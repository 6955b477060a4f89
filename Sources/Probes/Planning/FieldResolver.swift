internal import CBPF
internal import GoBinary

/// Finds the catalogue's struct fields in one executable and turns them into facts for the BPF programs.
struct FieldResolver {
    let binary: GoBinary
    let copy: LibraryCopy
    var facts: ns_binary_facts
    private(set) var fields: [ResolvedField] = []
    private var layouts: [TypeName: StructLayout?] = [:]
    private let copies: [TypeName: CopyEntry]

    init(binary: GoBinary, copy: LibraryCopy, facts: ns_binary_facts, copies: [CopyEntry]) {
        self.binary = binary
        self.copy = copy
        self.facts = facts
        self.copies = Dictionary(copies.map { ($0.type, $0) }, uniquingKeysWith: { first, _ in first })
        for copy in copies {
            self.facts[keyPath: copy.length] = 0
            if let start = copy.start { self.facts[keyPath: start] = 0 }
        }
    }

    /// Sets the facts of the first alternative that the binary has all fields of.
    mutating func resolve(_ need: FieldNeed, tally: inout Tally) throws(PlanningError) {
        var firstMissing: (what: String, reason: String)?
        for alternative in need.alternatives {
            var found: [ResolvedField] = []
            for entry in alternative {
                switch try offset(of: entry) {
                case .success(let field): found.append(field)
                case .failure(let absence):
                    firstMissing = firstMissing ?? ("\(entry.type).\(entry.field)", absence.reason)
                }
            }
            guard found.count == alternative.count else { continue }
            for (entry, field) in zip(alternative, found) { set(entry, field.offset) }
            fields += found
            return
        }
        guard let firstMissing else { return }
        tally.miss(
            firstMissing.what, reason: firstMissing.reason, need: need.need, isOffered: try isOffered(need))
    }

    /// Sets the facts of a map type.
    mutating func resolve(_ need: MapNeed, tally: inout Tally) throws(PlanningError) {
        switch try geometry(of: need.type) {
        case .success(let geometry):
            facts[keyPath: need.fact] = geometry.fact
            fields += geometry.fields
        case .failure(let absence):
            tally.miss(absence.what ?? "layout of \(need.type)", reason: absence.reason, need: need.need)
        }
    }

    /// Sets the hash of a type.
    mutating func resolve(_ need: TypeNeed, tally: inout Tally) throws(PlanningError) {
        do {
            let found = try binary.namedType(
                package: copy.name(of: need.type.package), name: need.type.name, match: .exact)
            if let address = need.isPointer ? found?.pointerTypeAddress : found?.typeAddress {
                facts[keyPath: need.fact] = try binary.typeHash(at: address)
                return
            }
        } catch {
            try error.rethrowUnlessShape()
        }
        tally.miss(need.type.description, reason: "no such type", need: need.need)
    }

    /// Whether the program's release of the library has any of what is needed.
    private mutating func isOffered(_ need: FieldNeed) throws(PlanningError) -> Bool {
        if need.isUnreleased { return false }
        guard let marker = need.introducedWith else { return true }
        if try layout(of: marker) != nil { return true }
        for entry in need.alternatives.joined() {
            if try layout(of: entry.type)?.field(named: entry.field) != nil { return true }
        }
        return false
    }

    /// Sets a fact, and lets the copy of the field's struct hold the field.
    private mutating func set(_ entry: FieldEntry, _ offset: ns_offset) {
        facts[keyPath: entry.fact] = offset
        guard entry.isCopied, let copy = copies[entry.type] else { return }
        let part = part(of: copy, with: offset, entry.shape)
        if let start = copy.start { facts[keyPath: start] = UInt16(part.lowerBound) }
        facts[keyPath: copy.length] = UInt16(part.count)
    }

    /// The part of a struct that is copied when it holds one more field.
    private func part(of copy: CopyEntry, with offset: ns_offset, _ shape: FieldEntry.Shape) -> Range<Int> {
        let field = Int(offset)..<Int(offset) + Int(shape.size)
        guard let start = copy.start else { return 0..<max(Int(facts[keyPath: copy.length]), field.upperBound) }
        let length = Int(facts[keyPath: copy.length])
        guard length > 0 else { return field }
        let known = Int(facts[keyPath: start])
        return min(known, field.lowerBound)..<max(known + length, field.upperBound)
    }

    /// Where a field is, if the programs can read it there.
    private mutating func offset(of entry: FieldEntry) throws(PlanningError) -> Result<ResolvedField, Absence> {
        let found = try offset(of: entry.field, in: entry.type, shape: entry.shape)
        guard case .success(let field) = found, entry.isCopied, let copy = copies[entry.type] else { return found }
        guard part(of: copy, with: field.offset, entry.shape).count <= Int(copy.limit) else {
            return .failure(
                Absence(reason: "offset \(field.offset) is outside of the \(copy.limit) bytes that are copied"))
        }
        return found
    }

    /// Where a field is, if there is one of the shape and its offset fits `ns_offset`. Any shape will do without one.
    mutating func offset(
        of name: String, in type: TypeName, shape: FieldEntry.Shape? = nil
    ) throws(PlanningError) -> Result<ResolvedField, Absence> {
        guard let layout = try layout(of: type) else {
            return .failure(Absence(what: "\(type).\(name)", reason: "type \(type) not found"))
        }
        guard let path = try path(to: name, in: layout) else {
            return .failure(Absence(what: "\(type).\(name)", reason: "no such field"))
        }
        guard shape?.includes(path.kind) ?? true else {
            return .failure(Absence(what: "\(type).\(name)", reason: "is of another type: \(path.kind)"))
        }
        guard path.hops.count == 1 else {
            return .failure(Absence(what: "\(type).\(name)", reason: "is behind a pointer"))
        }
        guard let offset = ns_offset(fitting: path.hops[0]) else {
            return .failure(Absence(what: "\(type).\(name)", reason: "offset \(path.hops[0]) is too large"))
        }
        return .success(ResolvedField(type: type.description, field: name, offset: offset))
    }

    /// A field of the struct, or of a struct in it; its offset counts from the outermost.
    private func path(to name: String, in layout: StructLayout) throws(PlanningError) -> FieldPath? {
        do {
            return try binary.fieldPath(name, in: layout)
        } catch {
            try error.rethrowUnlessShape()
            return nil
        }
    }

    private mutating func layout(of type: TypeName) throws(PlanningError) -> StructLayout? {
        if let known = layouts[type] { return known }
        var layout: StructLayout?
        do {
            layout = try binary.structLayout(
                package: copy.name(of: type.package), name: type.name, match: .exact)
        } catch {
            try error.rethrowUnlessShape()
        }
        layouts[type] = .some(layout)
        return layout
    }
}

extension FieldEntry.Shape {
    /// Bytes read.
    var size: UInt16 {
        switch self {
        case .string: 16
        case .slice: 24
        case .interface: 16
        case .word: 8
        case .half: 4
        case .byte: 1
        }
    }

    func includes(_ kind: Kind) -> Bool {
        switch self {
        case .string: kind == .string
        case .slice: kind == .slice
        case .word: [.int, .int64, .uint, .uint64, .uintptr, .pointer, .map, .unsafePointer].contains(kind)
        case .interface: kind == .interface
        case .half: [.int32, .uint32].contains(kind)
        case .byte: [.bool, .int8, .uint8].contains(kind)
        }
    }
}

/// Why a fact can't be had.
struct Absence: Error {
    /// What is missing, where that is more exact than what was asked for.
    var what: String?
    var reason: String
}

extension ns_offset {
    /// Nil for what doesn't fit, or means "absent".
    init?(fitting offset: UInt64) {
        guard let value = ns_offset(exactly: offset), value != ns_offset(NS_ABSENT) else { return nil }
        self = value
    }
}
