extension TypeTable {
    /// More pointer types, and more fields of all structs together, than any real program has; 52,990 and
    /// 80,001 have been seen.
    private static let pointerLimit: UInt64 = 512 << 10
    private static let allFieldsLimit = 512 << 10
    /// Bytes of names that cost as much as a field.
    private static let nameCost = 64

    /// The types that the listed pointer types point to, in the order of their names, and those pointer types.
    func forEachPointer(
        _ body: (_ type: TypeDescriptor, _ pointer: TypeDescriptor) throws(GoBinaryError) -> Void
    ) throws(GoBinaryError) {
        let star = UInt8(ascii: "*")
        let first = try firstLink(notBefore: [star])
        let last = try firstLink(notBefore: [star + 1])
        guard first < last else { return }
        guard last - first <= Self.pointerLimit else { throw .tooLarge("\(last - first) pointer types") }
        for index in first..<last {
            let pointer = try link(index)
            guard pointer.kind == .pointer else { continue }
            try body(try element(of: pointer), pointer)
        }
    }

    func forEachNamedStruct(_ body: (StructLayout) throws(GoBinaryError) -> Void) throws(GoBinaryError) {
        var fieldsLeft = Self.allFieldsLimit
        try forEachPointer { (type, pointer) throws(GoBinaryError) in
            guard type.kind == .structure, type.flags & TypeDescriptor.named != 0,
                var layout = try structLayout(at: type.address)
            else { return }
            layout.pointerTypeAddress = pointer.address
            fieldsLeft -= layout.fields.count + (layout.name.utf8.count + layout.package.utf8.count) / Self.nameCost
            guard fieldsLeft >= 0 else { throw .tooLarge("fields of all structs") }
            try body(layout)
        }
    }
}
