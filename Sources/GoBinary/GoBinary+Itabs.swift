extension GoBinary {
    /// The compiler's itabs for values of a type, which is a pointer type where pointers are in the interface, or all. In
    /// no particular order.
    package func itabs(ofType typeAddress: UInt64? = nil) throws(GoBinaryError) -> [Itab] {
        try types.itabs(of: typeAddress)
    }

    /// The compiler's itab for values of a type in an interface, or nil if there is none: either the program has no such
    /// interface, or no place in it makes that interface of that very type. `package` is the interface's full import
    /// path, empty for `error`; of several copies of it, the one with that very path comes first.
    package func itab(
        ofType typeAddress: UInt64, for interface: (package: String, name: String)
    ) throws(GoBinaryError) -> Itab? {
        let interfaces = try types.namedTypes(interface.name, in: interface.package, kind: .interface, .anyCopy)
            .map(\.typeAddress)
        guard !interfaces.isEmpty else { return nil }
        let found = try types.itabs(of: typeAddress, for: interfaces)
        for interface in interfaces {
            if let itab = found.first(where: { $0.interfaceTypeAddress == interface }) { return itab }
        }
        return nil
    }
}
