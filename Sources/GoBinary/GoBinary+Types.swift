extension GoBinary {
    /// The layout of a struct, or nil if the program doesn't have it. Of several copies of a package, the one with that
    /// very path comes first.
    ///
    /// `package` is the full import path; with `anyCopy`, the package is found as well where it is vendored.
    package func structLayout(
        package: String, name: String, match: PackageMatch = .anyCopy
    ) throws(GoBinaryError) -> StructLayout? {
        guard let found = try types.namedType(name, in: package, kind: .structure, match) else { return nil }
        return try structLayout(of: found)
    }

    /// The layouts of a struct in all the copies of its package that the program has: the one with that very path first,
    /// then those that are vendored.
    package func structLayouts(package: String, name: String) throws(GoBinaryError) -> [StructLayout] {
        var layouts: [StructLayout] = []
        for found in try types.namedTypes(name, in: package, kind: .structure, .anyCopy) {
            if let layout = try structLayout(of: found) { layouts.append(layout) }
        }
        return layouts
    }

    private func structLayout(of type: NamedType) throws(GoBinaryError) -> StructLayout? {
        var layout = try types.structLayout(at: type.typeAddress)
        layout?.pointerTypeAddress = type.pointerTypeAddress
        return layout
    }

    /// The layout of the struct type at an address, for example a field's type, or nil if it is no struct.
    package func structLayout(at typeAddress: UInt64) throws(GoBinaryError) -> StructLayout? {
        try types.structLayout(at: typeAddress)
    }

    /// Goes through the layouts of all named structs, in the order of their packages' and their own names.
    package func forEachNamedStruct(
        _ body: (StructLayout) throws(GoBinaryError) -> Void
    ) throws(GoBinaryError) {
        try types.forEachNamedStruct(body)
    }

    /// The way to a field that a path of names separated by dots leads to, or nil if there is no such field.
    ///
    /// Each name is that of a field of the struct or of one promoted from structs embedded in it, by value or by pointer,
    /// the shallowest one; two at that depth are none. Names but the last are of structs or of pointers to structs.
    package func fieldPath(_ path: String, in layout: StructLayout) throws(GoBinaryError) -> FieldPath? {
        var search = FieldSearch(types)
        return try search.find(path, in: layout)
    }

    /// A named type of any kind, or nil if the program doesn't have it. `package` is empty for Go's own, as `error`.
    package func namedType(
        package: String, name: String, match: PackageMatch = .anyCopy
    ) throws(GoBinaryError) -> NamedType? {
        try types.namedType(name, in: package, match)
    }

    /// A named type of any kind in all the copies of its package that the program has: the one with that very path first,
    /// then those that are vendored.
    package func namedTypes(package: String, name: String) throws(GoBinaryError) -> [NamedType] {
        try types.namedTypes(name, in: package, .anyCopy)
    }

    /// What the type at an address consists of.
    package func typeShape(at typeAddress: UInt64) throws(GoBinaryError) -> TypeShape {
        try types.shape(of: try types.descriptor(at: typeAddress))
    }

    /// The type that a pointer, slice, array, channel or map type at an address holds, or nil for other kinds.
    package func elementType(of typeAddress: UInt64) throws(GoBinaryError) -> (address: UInt64, kind: Kind)? {
        let type = try types.descriptor(at: typeAddress)
        guard [.pointer, .slice, .array, .chan, .map].contains(type.kind) else { return nil }
        let element = try types.element(of: type)
        return (element.address, element.kind)
    }

    /// A named interface type, or nil if the program doesn't have it. `package` is empty for `error`.
    package func interfaceLayout(
        package: String, name: String, match: PackageMatch = .anyCopy
    ) throws(GoBinaryError) -> InterfaceLayout? {
        guard let found = try types.namedType(name, in: package, kind: .interface, match) else { return nil }
        return try types.interfaceLayout(at: found.typeAddress)
    }

    /// The interface type at an address, for example a field's type, or nil if it is no interface.
    package func interfaceLayout(at typeAddress: UInt64) throws(GoBinaryError) -> InterfaceLayout? {
        try types.interfaceLayout(at: typeAddress)
    }

    /// The layout of a named map type, for example `Header` of `net/http`, or nil if the program doesn't have it.
    package func mapLayout(
        package: String, name: String, match: PackageMatch = .anyCopy
    ) throws(GoBinaryError) -> MapLayout? {
        guard let found = try types.namedType(name, in: package, kind: .map, match) else { return nil }
        return try types.mapLayout(at: found.typeAddress)
    }

    /// The layout of the map type at an address, for example a field's type, or nil if it is no map.
    package func mapLayout(at typeAddress: UInt64) throws(GoBinaryError) -> MapLayout? {
        try types.mapLayout(at: typeAddress)
    }
}
