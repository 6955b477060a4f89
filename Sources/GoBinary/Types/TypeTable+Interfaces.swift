extension TypeTable {
    /// Methods of the interfaces that are compared with another; 5,100 of all have been seen.
    private static let comparedLimit = 256 << 10

    /// Whether an interface type has all the methods of another.
    func covers(_ type: UInt64, _ other: UInt64) throws(GoBinaryError) -> Bool {
        if type == other { return true }
        return Self.includes(try methodWords(of: type), try methodWords(of: other))
    }

    /// The types of values that the compiler made itabs of, for an interface or one that has all its methods, in order of
    /// their addresses.
    func implementations(of interface: UInt64) throws(GoBinaryError) -> [UInt64] {
        let wanted = try methodWords(of: interface)
        var methodsLeft = Self.comparedLimit
        var covers: [UInt64: Bool] = [interface: true]
        var found: Set<UInt64> = []
        for entry in try itabIndex.entries(self) {
            if covers[entry.interface] == nil {
                let methods = try methodWords(of: entry.interface)
                methodsLeft -= methods.count
                guard methodsLeft >= 0 else { throw .tooLarge("methods of interfaces in itabs") }
                covers[entry.interface] = Self.includes(methods, wanted)
            }
            if covers[entry.interface] == true { found.insert(entry.type) }
        }
        return found.sorted()
    }

    /// Each method's name and type, as the linker numbers them: every exported name and every type is there once
    /// (`cmd/compile/internal/reflectdata`, `dname`), so that equal numbers mean equal methods.
    private func methodWords(of interface: UInt64) throws(GoBinaryError) -> [UInt64] {
        let type = try descriptor(at: interface)
        guard type.kind == .interface else { throw .corrupt("itab of no interface") }
        let what = "methods of an interface"
        let count = try methodCount(of: type)
        guard count > 0 else { return [] }
        let first = try image.pointer(at: try interface.plus(56, what), what)
        return try image.bytes(at: first, count: Int(count) * 8, what).words
    }

    /// Whether all of some methods are among others; interfaces have theirs in order of their names.
    private static func includes(_ methods: [UInt64], _ wanted: [UInt64]) -> Bool {
        guard !wanted.isEmpty, methods.count >= wanted.count else { return false }
        var next = 0
        for method in methods where method == wanted[next] {
            next += 1
            if next == wanted.count { return true }
        }
        return false
    }
}

extension [UInt8] {
    /// Little-endian words.
    fileprivate var words: [UInt64] {
        stride(from: 0, to: count - 7, by: 8).map { start in
            (0..<8).reduce(0) { $0 | UInt64(self[start + $1]) << (8 * UInt64($1)) }
        }
    }
}
