internal import CBPF
internal import GoBinary

/// Finds the catalogue's struct fields in one executable and turns them into facts for the BPF programs.
struct FieldResolver {
    let binary: GoBinary
    private(set) var facts: ns_binary_facts
    private(set) var fields: [ResolvedField] = []
    private var layouts: [TypeName: StructLayout?] = [:]

    init(binary: GoBinary, facts: ns_binary_facts) {
        self.binary = binary
        self.facts = facts
    }

    /// Sets the facts of the first alternative that the binary has all fields of.
    mutating func resolve(_ need: FieldNeed, tally: inout Tally) throws(PlanningError) {
        var firstMissing: (what: String, reason: String)?
        for alternative in need.alternatives {
            var found: [ResolvedField] = []
            for entry in alternative {
                switch try offset(of: entry.field, in: entry.type) {
                case .success(let field): found.append(field)
                case .failure(let absence):
                    firstMissing = firstMissing ?? ("\(entry.type).\(entry.field)", absence.reason)
                }
            }
            guard found.count == alternative.count else { continue }
            for (entry, field) in zip(alternative, found) { facts[keyPath: entry.fact] = field.offset }
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

    /// Sets how much of a struct is copied: all of it, as far as there is room. A struct that isn't found has no fields
    /// either, which has been noted by then.
    mutating func measure(_ copy: CopyEntry) throws(PlanningError) {
        let size = try layout(of: copy.type)?.size ?? 0
        facts[keyPath: copy.fact] = UInt16(min(size, UInt64(copy.limit)))
    }

    /// Whether the program's release of the library has any of what is needed.
    private mutating func isOffered(_ need: FieldNeed) throws(PlanningError) -> Bool {
        guard let marker = need.introducedWith else { return true }
        if try layout(of: marker) != nil { return true }
        for entry in need.alternatives.joined() {
            if try layout(of: entry.type)?.field(named: entry.field) != nil { return true }
        }
        return false
    }

    /// Where a field is, if there is one and its offset fits `ns_offset`.
    mutating func offset(
        of name: String, in type: TypeName
    ) throws(PlanningError) -> Result<ResolvedField, Absence> {
        guard let layout = try layout(of: type) else {
            return .failure(Absence(what: "\(type).\(name)", reason: "type \(type) not found"))
        }
        guard let field = layout.field(named: name) else {
            return .failure(Absence(what: "\(type).\(name)", reason: "no such field"))
        }
        guard let offset = ns_offset(fitting: field.offset) else {
            return .failure(Absence(what: "\(type).\(name)", reason: "offset \(field.offset) is too large"))
        }
        return .success(ResolvedField(type: type.description, field: name, offset: offset))
    }

    private mutating func layout(of type: TypeName) throws(PlanningError) -> StructLayout? {
        if let known = layouts[type] { return known }
        var layout: StructLayout?
        do {
            layout = try binary.structLayout(package: type.package, name: type.name)
        } catch {
            try error.rethrowUnlessShape()
        }
        layouts[type] = .some(layout)
        return layout
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
