private import Glibc

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
        try FunctionSearch(table: functionTable).functions(WantedNames(names, takesCopies: false))
    }

    /// Like `functions(named:)`, and where packages are vendored too. Each list has the function of exactly that name
    /// first, then its copies by address, each of which has the name behind `vendor/` or something that ends in
    /// `/vendor/`.
    ///
    /// - Parameter names: the linker's own; see `linkerName(ofPackage:)`.
    package func functionCopies(named names: Set<String>) throws(GoBinaryError) -> [String: [Function]] {
        let wanted = WantedNames(names, takesCopies: true)
        let functions = try FunctionSearch(table: functionTable).functions(wanted).values
        let copies = Dictionary(grouping: functions) { function in
            wanted.wanted(function.name) ?? function.name
        }
        return copies.reduce(into: [:]) { result, copies in
            result[copies.key] = copies.value.sorted {
                ($0.name == copies.key ? 0 : 1, $0.address) < ($1.name == copies.key ? 0 : 1, $1.address)
            }
        }
    }

    /// How a package's import path begins the linker's names for what is in it: `gopkg.in/yaml%2ev3` for
    /// `gopkg.in/yaml.v3` (`cmd/internal/objabi.PathToPrefix`, the same in all releases).
    package static func linkerName(ofPackage path: String) -> String {
        let bytes = Array(path.utf8)
        let slash = bytes.lastIndex(of: UInt8(ascii: "/")) ?? -1
        var name: [UInt8] = []
        for (position, byte) in bytes.enumerated() {
            switch byte {
            case ...UInt8(ascii: " "), UInt8(ascii: "%"), UInt8(ascii: "\""), 0x7f...: break
            case UInt8(ascii: ".") where position > slash: break
            default:
                name.append(byte)
                continue
            }
            let digits = String(byte, radix: 16)
            name += Array("%\(digits.count < 2 ? "0" : "")\(digits)".utf8)
        }
        return String(decoding: name, as: UTF8.self)
    }

    /// In order of address. Functions that share a name are all there.
    package func functions(withPrefix prefix: String) throws(GoBinaryError) -> [Function] {
        let prefix = Array(prefix.utf8)
        return try FunctionSearch(table: functionTable).matches { $0.starts(with: prefix) }.map(\.function)
    }

    /// Names of functions that a text is part of, at most `limit`, in order of address.
    package func functionNames(containing text: String, limit: Int) throws(GoBinaryError) -> [String] {
        let text = Array(text.utf8)
        // Some names are of functions that are inlined everywhere.
        var left = 100 * limit
        let matches = try FunctionSearch(table: functionTable).matches { name in
            guard left > 0, name.contains(text) else { return false }
            left -= 1
            return true
        }
        return matches.prefix(limit).map(\.function.name)
    }

    package func functionContaining(_ address: UInt64) throws(GoBinaryError) -> Function? {
        try functionTable.function(containing: address)
    }

    /// The function's instructions and the padding behind them. Fails if there are more than `limit` bytes. What decoding
    /// them costs, more than reading, is paid here.
    package func code(of function: Function, limit: Int = 256 << 10) throws(GoBinaryError) -> [UInt8] {
        guard function.size <= UInt64(clamping: limit) else {
            throw .tooLarge("\(function.size) bytes of code of \(function.name)")
        }
        try image.file.source.budget.spend(Int(function.size) * AnalysisBudget.decodingCost)
        return try image.bytes(at: function.address, count: Int(function.size), "code of \(function.name)")
    }
}

extension UnsafeRawBufferPointer {
    /// Whether bytes, of which there is at least one, are somewhere in these.
    fileprivate func contains(_ bytes: [UInt8]) -> Bool {
        guard let first = bytes.first, let start = baseAddress else { return false }
        var position = 0
        while count - position >= bytes.count,
            let found = memchr(start + position, Int32(first), count - position - bytes.count + 1)
        {
            if memcmp(found, bytes, bytes.count) == 0 { return true }
            position = start.distance(to: UnsafeRawPointer(found)) + 1
        }
        return false
    }
}
