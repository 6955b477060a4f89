extension GoBinary {
    /// The layout of a struct, or nil if the program doesn't have it.
    ///
    /// `package` is the full import path; the package is found as well where it is vendored.
    package func structLayout(package: String, name: String) throws(GoBinaryError) -> StructLayout? {
        guard let found = try types.namedType(name, in: package, kind: .structure),
            var layout = try types.structLayout(at: found.type.address)
        else { return nil }
        layout.pointerTypeAddress = found.pointer.address
        return layout
    }

    /// The layout of the struct type at an address, for example a field's type, or nil if it is no struct.
    package func structLayout(at typeAddress: UInt64) throws(GoBinaryError) -> StructLayout? {
        try types.structLayout(at: typeAddress)
    }

    /// The type that a pointer, slice, array or map type at an address holds, or nil for other kinds.
    package func elementType(of typeAddress: UInt64) throws(GoBinaryError) -> (address: UInt64, kind: Kind)? {
        let type = try types.descriptor(at: typeAddress)
        guard [.pointer, .slice, .array, .map].contains(type.kind) else { return nil }
        let element = try types.element(of: type)
        return (element.address, element.kind)
    }

    /// The layout of a named map type, for example `Header` of `net/http`, or nil if the program doesn't have it.
    package func mapLayout(package: String, name: String) throws(GoBinaryError) -> MapLayout? {
        guard let kind = try types.mapKind(),
            let found = try types.namedType(name, in: package, kind: .map, mapSize: types.mapSize(kind))
        else { return nil }
        return try types.mapLayout(at: found.type.address, kind)
    }

    /// The layout of the map type at an address, for example a field's type, or nil if it is no map.
    package func mapLayout(at typeAddress: UInt64) throws(GoBinaryError) -> MapLayout? {
        guard let kind = try types.mapKind() else { return nil }
        return try types.mapLayout(at: typeAddress, kind)
    }
}
