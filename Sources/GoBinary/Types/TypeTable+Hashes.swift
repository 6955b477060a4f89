extension GoBinary {
    /// What the compiler made of the type's whole name (`internal/abi.Type.Hash`). It is the same in each of the type's
    /// itabs (`internal/abi.ITab.Hash`), so that the type of an interface's value is known by it wherever the program is
    /// loaded. Two types may share one, but hardly any two do.
    package func typeHash(at typeAddress: UInt64) throws(GoBinaryError) -> UInt32 {
        let type = try types.descriptor(at: typeAddress)
        return try image.load(UInt32.self, at: try type.address.plus(16, "type descriptor"), "type descriptor")
    }
}
