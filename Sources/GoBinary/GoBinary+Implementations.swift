extension GoBinary {
    /// The types whose values the program puts into an interface, or into one that has all its methods, where the compiler
    /// could see it; pointer types where pointers are in it. Image-relative addresses of descriptors, ascending.
    package func implementations(of interface: InterfaceLayout) throws(GoBinaryError) -> [UInt64] {
        try types.implementations(of: interface.typeAddress)
    }

    /// Whether values of the interface type at an address are values of another one, too: it has all its methods.
    package func covers(_ typeAddress: UInt64, _ interface: InterfaceLayout) throws(GoBinaryError) -> Bool {
        try types.covers(typeAddress, interface.typeAddress)
    }

    /// The lowest address of the segments with code, which the kernel calls `start_code` when it is loaded.
    package var firstCode: UInt64? {
        image.elf.segments.filter(\.isExecutable).map(\.address).min()
    }
}
