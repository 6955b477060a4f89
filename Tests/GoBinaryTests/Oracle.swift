import TestSupport

/// What Go's own readers of symbol tables and DWARF find in an executable that has them.
struct Oracle {
    /// Names by address; several functions can share one.
    private(set) var functions: [UInt64: Set<String>] = [:]
    /// Types that the program has descriptors of, by where those are from the start of all descriptors.
    private(set) var types: [UInt64: DebugType] = [:]
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

    /// A type as DWARF has it.
    struct DebugType: Equatable {
        /// Numbered as in `internal/abi/type.go`.
        var kind: UInt8
        /// With its package's path, for example `net/http.Request`.
        var name: String
        var structure: Structure?
        var map: Map?
    }

    struct Structure: Equatable {
        var size: UInt64
        var fields: [Field] = []
    }

    struct Field: Equatable {
        var name: String
        var offset: UInt64
        var kind: UInt8
        /// As the keys of `types`; 0 if it isn't told.
        var type: UInt64
        var isEmbedded: Bool
    }

    /// The bucket of a classic map or the group of a swiss one.
    struct Map: Equatable {
        var isSwiss: Bool
        var size: UInt64
        var keysOffset: UInt64
        var keyStride: UInt64
        var elemsOffset: UInt64
        var elemStride: UInt64
    }

    /// - Parameter onlyTypes: nothing about functions is read.
    init(_ path: String, onlyTypes: Bool = false) throws {
        let reader = try GoToolchain.newest.build("binaryfacts", mode: .plain)
        let facts = try Command.run([reader, path] + (onlyTypes ? ["types"] : []))
        guard facts.code == 0 else { throw Failure(errors: facts.errors) }
        var structure: UInt64 = 0
        for line in facts.output.split(separator: "\n") {
            let words = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            let numbers = words.map { UInt64($0) ?? 0 }
            switch words[0] {
            case "F": functions[numbers[1], default: []].insert(words[2])
            case "T": types[numbers[1]] = DebugType(kind: UInt8(numbers[2]), name: words[3])
            case "S":
                structure = numbers[1]
                types[structure]?.structure = Structure(size: numbers[2])
            case "M":
                types[structure]?.structure?.fields.append(
                    Field(
                        name: words[5], offset: numbers[1], kind: UInt8(numbers[2]), type: numbers[3],
                        isEmbedded: words[4] == "true"))
            case "K":
                types[numbers[1]]?.map = Map(
                    isSwiss: words[2] == "swiss", size: numbers[3], keysOffset: numbers[4], keyStride: numbers[5],
                    elemsOffset: numbers[6], elemStride: numbers[7])
            case "I": inlined[numbers[1], default: []].insert(words[2])
            case "A":
                parameters[numbers[1]] = words.dropFirst(2).map { word in
                    let numbers = word.split(separator: " ").compactMap { Int($0) }
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
