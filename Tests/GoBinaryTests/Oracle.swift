import TestSupport

/// What Go's own readers of symbol tables and DWARF find in an executable that has them.
struct Oracle {
    /// Names by address; several functions can share one.
    private(set) var functions: [UInt64: Set<String>] = [:]
    /// Structs by their full name, for example `net/http.Request`.
    private(set) var structs: [String: Struct] = [:]

    /// Names of the functions inlined into the one at an address.
    private(set) var inlined: [UInt64: Set<String>] = [:]
    /// The parameters, the receiver first, of the function at an address.
    private(set) var parameters: [UInt64: [Parameter]] = [:]

    struct Parameter {
        /// Bytes.
        var size: UInt64
        /// DWARF's numbers of the registers that it is in at the start, or none if it isn't said.
        var registers: [Int]
    }

    struct Struct: Equatable {
        var size: UInt64
        var fields: [String: UInt64] = [:]
    }

    /// - Parameter kinds: which facts are wanted; see the fixture.
    init(_ path: String, kinds: Set<Character> = ["F", "S", "M"]) throws {
        let facts = try Command.run([try GoToolchain.newest.build("binaryfacts", mode: .plain), path])
        guard facts.code == 0 else { throw Failure(errors: facts.errors) }
        for line in facts.output.split(separator: "\n") where line.first.map(kinds.contains) ?? true {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            switch fields[0] {
            case "F": functions[UInt64(fields[1]) ?? 0, default: []].insert(fields[2])
            case "S": structs[fields[1]] = Struct(size: UInt64(fields[2]) ?? 0)
            case "M": structs[fields[1]]?.fields[fields[2]] = UInt64(fields[3])
            case "I": inlined[UInt64(fields[1]) ?? 0, default: []].insert(fields[2])
            case "A":
                parameters[UInt64(fields[1]) ?? 0] = fields.dropFirst(2).map { field in
                    let numbers = field.split(separator: " ").compactMap { Int($0) }
                    return Parameter(size: UInt64(numbers[0]), registers: Array(numbers.dropFirst()))
                }
            default: throw Failure(errors: String(line))
            }
        }
    }

    struct Failure: Error {
        let errors: String
    }
}
