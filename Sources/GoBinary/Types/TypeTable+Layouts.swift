extension TypeTable {
    /// More fields than any real struct has.
    private static let fieldLimit: UInt64 = 4 << 10
    /// Bytes of the name of a field or method; nobody asks for a longer one.
    static let fieldNameLimit = 256

    /// The fields of the struct type at `address`, or nil if another kind of type is there.
    func structLayout(at address: UInt64) throws(GoBinaryError) -> StructLayout? {
        let type = try descriptor(at: address)
        guard type.kind == .structure else { return nil }
        let isNamed = type.flags & TypeDescriptor.named != 0
        let package = isNamed ? try packagePath(of: type) : nil
        return StructLayout(
            package: package.map { String(programText: $0) } ?? "",
            name: isNamed ? try declaredName(of: type) : "",
            typeAddress: address,
            size: try image.load(UInt64.self, at: address, "struct type"),
            fields: try fields(of: type))
    }

    /// How many fields a struct type says to have, a number within bounds.
    func fieldCount(of type: TypeDescriptor) throws(GoBinaryError) -> UInt64 {
        let what = "fields of a struct type"
        let count = try image.load(UInt64.self, at: try type.address.plus(64, what), what)
        guard count <= Self.fieldLimit else { throw .tooLarge("\(count) fields of a struct") }
        return count
    }

    func fields(of type: TypeDescriptor) throws(GoBinaryError) -> [StructLayout.Field] {
        let what = "fields of a struct type"
        let size = try image.load(UInt64.self, at: type.address, what)
        let count = try fieldCount(of: type)
        guard count > 0 else { return [] }
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
                    name: String(programText: name.text), offset: offset,
                    typeAddress: fieldType.address, kind: fieldType.kind, isEmbedded: name.flags & 8 != 0))
        }
        return fields
    }
}
