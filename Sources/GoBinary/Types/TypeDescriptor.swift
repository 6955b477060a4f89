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

    /// The type that a pointer, slice or array holds, or a map's values.
    func element(of type: TypeDescriptor) throws(GoBinaryError) -> TypeDescriptor {
        let field: UInt64 = type.kind == .map ? 56 : 48
        return try descriptor(at: try image.pointer(at: type.address + field, "element type"))
    }

    /// The full import path of the package that declares a named type.
    func packagePath(of type: TypeDescriptor, mapSize: UInt64) throws(GoBinaryError) -> [UInt8]? {
        guard type.flags & TypeDescriptor.uncommon != 0 else { return nil }
        let uncommon = try type.address.plus(type.size(mapSize: mapSize), "type descriptor")
        let offset = try image.load(UInt32.self, at: uncommon, "package of a type")
        guard offset != 0 else { return nil }
        return try name(at: try types.lowerBound.plus(UInt64(offset), "package of a type")).text
    }
}
