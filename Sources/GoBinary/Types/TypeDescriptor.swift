/// A type's descriptor (`internal/abi.Type`): size 0, flags 20, kind 23, name 40, then what its kind needs, then, with
/// the flag, `UncommonType`.
struct TypeDescriptor: Sendable {
    /// Image-relative.
    let address: UInt64
    let kind: Kind
    let flags: UInt8

    static let uncommon: UInt8 = 1
    /// The name in the binary has a `*` in front that isn't part of it.
    static let extraStar: UInt8 = 2
    static let named: UInt8 = 4

    /// Bytes of the descriptor without the uncommon part and what follows it.
    func size(mapSize: UInt64) -> UInt64 {
        switch kind {
        case .array: 72
        case .chan: 64
        case .function, .pointer, .slice: 56
        case .interface, .structure: 80
        case .map: mapSize
        default: 48
        }
    }
}

extension TypeTable {
    /// Bytes of an import path; real ones are much shorter.
    private static let pathLimit = 1 << 10

    func descriptor(at address: UInt64) throws(GoBinaryError) -> TypeDescriptor {
        let what = "type descriptor"
        // 48 bytes are the smallest descriptor, so the sums below don't wrap.
        guard types.contains(address), types.upperBound - address >= 48 else {
            throw .corrupt("type at 0x\(String(address, radix: 16)), which is outside the types")
        }
        // Up to Go 1.25 two more bits share the byte.
        guard let kind = Kind(rawValue: try image.load(UInt8.self, at: address + 23, what) & 31) else {
            throw .corrupt("type at 0x\(String(address, radix: 16)) of no kind")
        }
        return TypeDescriptor(address: address, kind: kind, flags: try image.load(UInt8.self, at: address + 20, what))
    }

    /// Whole or its first `limit` bytes, for example `*http.Request`.
    func name(of type: TypeDescriptor, limit: Int = nameLimit) throws(GoBinaryError) -> ArraySlice<UInt8> {
        let star = type.flags & TypeDescriptor.extraStar != 0 ? 1 : 0
        let offset = try image.load(UInt32.self, at: type.address + 40, "type descriptor")
        let address = try types.lowerBound.plus(UInt64(offset), "name of a type")
        return try name(at: address, limit: limit + star).text.dropFirst(star)
    }

    /// A name (`internal/abi.Name`): flags, length as a varint, bytes.
    func name(at address: UInt64, limit: Int = nameLimit) throws(GoBinaryError) -> (flags: UInt8, text: [UInt8]) {
        let what = "name of a type or field"
        let flags = try image.load(UInt8.self, at: address, what)
        var length = 0
        // A length below 2 MB takes at most three bytes.
        for position in UInt64(1)...3 {
            let start = try address.plus(position, what)
            let byte = try image.load(UInt8.self, at: start, what)
            length |= Int(byte & 0x7f) << (7 * (position - 1))
            guard byte & 0x80 != 0 else {
                return (flags, try image.bytes(at: try start.plus(1, what), count: min(length, limit), what))
            }
        }
        throw .tooLarge(what)
    }

    /// A named type's name without its package: `Request` of `http.Request`.
    func declaredName(of type: TypeDescriptor) throws(GoBinaryError) -> String {
        let name = try self.name(of: type)
        // The package's name has no dot; type arguments have some.
        let end = name.firstIndex(of: UInt8(ascii: "[")) ?? name.endIndex
        let dot = name[..<end].firstIndex(of: UInt8(ascii: "."))
        return String(programText: dot.map { name[($0 + 1)...] } ?? name)
    }

    /// The type that a pointer, slice, array or channel holds, or a map's values.
    func element(of type: TypeDescriptor) throws(GoBinaryError) -> TypeDescriptor {
        try part(of: type, at: type.kind == .map ? 56 : 48)
    }

    /// The type that a field of a descriptor points to.
    func part(of type: TypeDescriptor, at field: UInt64) throws(GoBinaryError) -> TypeDescriptor {
        try descriptor(at: try image.pointer(at: try type.address.plus(field, "type descriptor"), "element type"))
    }

    /// Where the uncommon part of a type's descriptor is, if it has one.
    func uncommonPart(of type: TypeDescriptor) throws(GoBinaryError) -> UInt64? {
        guard type.flags & TypeDescriptor.uncommon != 0 else { return nil }
        let mapSize = type.kind == .map ? try mapSize(of: type) : 0
        return try mapSize.map { (size) throws(GoBinaryError) in
            try type.address.plus(type.size(mapSize: size), "type descriptor")
        }
    }

    /// The full import path of the package that declares a named type, or nil for Go's own types.
    func packagePath(of type: TypeDescriptor) throws(GoBinaryError) -> [UInt8]? {
        guard let uncommon = try uncommonPart(of: type) else { return nil }
        let offset = try image.load(UInt32.self, at: uncommon, "package of a type")
        guard offset != 0 else { return nil }
        return try name(at: try types.lowerBound.plus(UInt64(offset), "package of a type"), limit: Self.pathLimit).text
    }
}
