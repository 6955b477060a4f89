extension GoBinary {
    /// What a function's arguments look like and where they are, or nil if it has none or doesn't say. Where they are is
    /// unknown for functions that aren't called like others, or may not be: assembly, wrappers, those that the runtime
    /// treats specially, and instances of generic functions, of which one argument isn't described.
    package func arguments(of function: Function) throws(GoBinaryError) -> FunctionArguments? {
        guard let index = try functionTable.index(containing: function.address) else { return nil }
        let record = try FunctionRecord(index, in: functionTable)
        guard let address = try record.data(.arguments) else { return nil }
        let reader = try ArgumentReader(at: address, image)
        let isOrdinary = try record.isOrdinary() && !function.name.contains("[")
        return FunctionArguments(
            components: reader.located(registers: isOrdinary ? architecture.argumentRegisters : nil),
            shape: reader.shape)
    }
}

extension GoBinary.Architecture {
    /// Integer registers that arguments are passed in (`cmd/compile/abi-internal.md`).
    fileprivate var argumentRegisters: Int {
        switch self {
        case .amd64: 9
        case .arm64: 16
        }
    }
}
