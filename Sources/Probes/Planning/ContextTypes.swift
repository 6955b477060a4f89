internal import CBPF
internal import GoBinary

/// Finds, for every type that a program uses as a context.Context, where its values hold the context that they were derived
/// from: the standard library's own types and the application's.
struct ContextTypes {
    private let binary: GoBinary
    private let context: InterfaceLayout
    private var isContext: [UInt64: Bool] = [:]
    private var layouts: [UInt64: StructLayout?] = [:]
    /// How many more fields are looked at; the largest real programs take a few thousand.
    private var fieldsLeft = 64 << 10

    /// Structs in structs.
    private static let depthLimit = 4

    /// Where a context is, bytes from what the interface's data pointer shows, and then from what is pointed to there.
    private struct Place {
        var parent: UInt64
        var behind: UInt64?
    }

    /// None where the metadata contradicts itself.
    static func find(in binary: GoBinary) throws(PlanningError) -> [ContextType] {
        do throws(GoBinaryError) {
            guard var types = try ContextTypes(binary) else { return [] }
            return try types.find()
        } catch {
            try error.rethrowUnlessShape()
            return []
        }
    }

    /// Nil for a program without contexts.
    private init?(_ binary: GoBinary) throws(GoBinaryError) {
        guard let context = try binary.interfaceLayout(package: "context", name: "Context", match: .exact) else {
            return nil
        }
        self.binary = binary
        self.context = context
    }

    /// At most NS_CONTEXT_TYPES_MAX, by address. Of several types with one hash, none is there.
    private mutating func find() throws(GoBinaryError) -> [ContextType] {
        var found: [ContextType] = []
        var hashes: [UInt32: Int] = [:]
        for type in try binary.implementations(of: context) {
            let hash = try binary.typeHash(at: type)
            hashes[hash, default: 0] += 1
            guard let place = try place(ofType: type), let parent = ns_offset(fitting: place.parent) else { continue }
            guard let behind = place.behind else {
                found.append(ContextType(hash: hash, parent: parent))
                continue
            }
            guard let behind = ns_offset(fitting: behind) else { continue }
            found.append(ContextType(hash: hash, parent: parent, behind: behind))
        }
        return Array(found.filter { hashes[$0.hash] == 1 }.prefix(Int(NS_CONTEXT_TYPES_MAX)))
    }

    /// An interface's data is a pointer to the value, or that value itself where it is nothing but a pointer.
    private mutating func place(ofType type: UInt64) throws(GoBinaryError) -> Place? {
        if case .pointer(let element) = try binary.typeShape(at: type) {
            return try layout(element.typeAddress).flatMap { (layout) throws(GoBinaryError) in try place(in: layout) }
        }
        guard let layout = try layout(type) else { return nil }
        if let pointed = try pointerItself(layout, depth: 0) {
            return try byValue(pointed).map { Place(parent: $0) }
        }
        return try place(in: layout)
    }

    /// The struct that a struct points to that consists of that pointer only.
    private mutating func pointerItself(_ layout: StructLayout, depth: Int) throws(GoBinaryError) -> StructLayout? {
        guard layout.fields.count == 1, let field = layout.fields.first, depth < Self.depthLimit else { return nil }
        guard field.kind != .structure else {
            return try self.layout(field.typeAddress).flatMap { (inner) throws(GoBinaryError) in
                try pointerItself(inner, depth: depth + 1)
            }
        }
        return try pointed(field)
    }

    /// A context that the struct's methods come from is its parent, before one that it only has.
    private mutating func place(in layout: StructLayout) throws(GoBinaryError) -> Place? {
        if let offset = try embedded(layout, depth: 0) { return Place(parent: offset) }
        for field in layout.fields where field.isEmbedded {
            if let pointed = try pointed(field), let offset = try embedded(pointed, depth: 0) {
                return Place(parent: field.offset, behind: offset)
            }
        }
        if let offset = try held(layout, depth: 0) { return Place(parent: offset) }
        for field in layout.fields {
            if let pointed = try pointed(field), pointed.typeAddress != layout.typeAddress,
                let offset = try byValue(pointed)
            {
                return Place(parent: field.offset, behind: offset)
            }
        }
        return nil
    }

    private mutating func byValue(_ layout: StructLayout) throws(GoBinaryError) -> UInt64? {
        if let offset = try embedded(layout, depth: 0) { return offset }
        return try held(layout, depth: 0)
    }

    /// The context embedded in a struct, or in one that is embedded in it; the shallowest one.
    private mutating func embedded(_ layout: StructLayout, depth: Int) throws(GoBinaryError) -> UInt64? {
        try spend(layout.fields.count)
        for field in layout.fields where field.isEmbedded {
            if try holdsContext(field) { return field.offset }
        }
        guard depth < Self.depthLimit else { return nil }
        for field in layout.fields where field.isEmbedded && field.kind == .structure {
            guard let inner = try self.layout(field.typeAddress) else { continue }
            if let offset = try embedded(inner, depth: depth + 1) { return try sum(field.offset, offset) }
        }
        return nil
    }

    /// The first context in a struct or in one that is part of it.
    private mutating func held(_ layout: StructLayout, depth: Int) throws(GoBinaryError) -> UInt64? {
        try spend(layout.fields.count)
        for field in layout.fields {
            if try holdsContext(field) { return field.offset }
        }
        guard depth < Self.depthLimit else { return nil }
        for field in layout.fields where field.kind == .structure {
            guard let inner = try self.layout(field.typeAddress) else { continue }
            if let offset = try held(inner, depth: depth + 1) { return try sum(field.offset, offset) }
        }
        return nil
    }

    private mutating func spend(_ fields: Int) throws(GoBinaryError) {
        fieldsLeft -= fields
        guard fieldsLeft >= 0 else { throw .tooLarge("fields of contexts") }
    }

    private func sum(_ outer: UInt64, _ inner: UInt64) throws(GoBinaryError) -> UInt64 {
        let (sum, overflow) = outer.addingReportingOverflow(inner)
        guard !overflow else { throw .corrupt("offset of a field") }
        return sum
    }

    /// An interface with all the methods of context.Context is one.
    private mutating func holdsContext(_ field: StructLayout.Field) throws(GoBinaryError) -> Bool {
        guard field.kind == .interface else { return false }
        if let known = isContext[field.typeAddress] { return known }
        let covers = try binary.covers(field.typeAddress, context)
        isContext[field.typeAddress] = covers
        return covers
    }

    private mutating func pointed(_ field: StructLayout.Field) throws(GoBinaryError) -> StructLayout? {
        guard field.kind == .pointer, let element = try binary.elementType(of: field.typeAddress),
            element.kind == .structure
        else { return nil }
        return try layout(element.address)
    }

    private mutating func layout(_ type: UInt64) throws(GoBinaryError) -> StructLayout? {
        if let known = layouts[type] { return known }
        let layout = try binary.structLayout(at: type)
        try spend(layout?.fields.count ?? 0)
        layouts[type] = .some(layout)
        return layout
    }
}
