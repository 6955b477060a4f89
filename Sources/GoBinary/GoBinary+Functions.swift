extension GoBinary {
    /// The addresses of the program's Go code.
    package var text: Range<UInt64> { functionTable.module.text }

    package func function(named name: String) throws(GoBinaryError) -> Function? {
        try functions(named: [name])[name]
    }

    /// Those of the functions that the program has. All are found in one pass, which costs as much as finding one.
    ///
    /// An assembly function and the wrapper that the linker makes for it share a name: this is the function proper.
    package func functions(named names: Set<String>) throws(GoBinaryError) -> [String: Function] {
        let byLength = Dictionary(grouping: names.map { Array($0.utf8) }, by: \.count)
        var search = FunctionSearch(functionTable)
        let matches = try search.matches(lengths: Set(byLength.keys)) { name in
            byLength[name.count]?.contains { name.elementsEqual($0) } ?? false
        }
        return Dictionary(grouping: matches, by: \.function.name).compactMapValues { candidates in
            candidates.min { ($0.functionID, $1.function.size) < ($1.functionID, $0.function.size) }?.function
        }
    }

    /// In order of address. Functions that share a name are all there.
    package func functions(withPrefix prefix: String) throws(GoBinaryError) -> [Function] {
        let prefix = Array(prefix.utf8)
        var search = FunctionSearch(functionTable)
        return try search.matches { $0.starts(with: prefix) }.map(\.function)
    }

    package func functionContaining(_ address: UInt64) throws(GoBinaryError) -> Function? {
        try functionTable.function(containing: address)
    }

    /// The function's instructions and the padding behind them. Fails if there are more than `limit` bytes.
    package func code(of function: Function, limit: Int = 256 << 10) throws(GoBinaryError) -> [UInt8] {
        guard function.size <= UInt64(clamping: limit) else {
            throw .tooLarge("\(function.size) bytes of code of \(function.name)")
        }
        return try image.bytes(at: function.address, count: Int(function.size), "code of \(function.name)")
    }
}
