/// Goes once through the names of all functions and once through all functions.
struct FunctionSearch {
    let table: FunctionTable

    /// Matches; a program that has more of them isn't real.
    static let matchLimit = 1 << 20
    /// Matches for names that are given in full, of which each has a few.
    static let fullMatchLimit = 4 << 10

    /// A function found, and what tells it from others of its name.
    struct Match {
        let function: Function
        /// `internal/abi.FuncID`: 0 for normal functions, the highest one for wrappers.
        let functionID: UInt8
    }

    /// Finds the functions whose names satisfy `isWanted`.
    func matches(
        limit: Int = matchLimit, _ isWanted: (UnsafeRawBufferPointer) -> Bool
    ) throws(GoBinaryError) -> [Match] {
        let names = try NameSearch(table, limit: limit, isWanted)
        guard !names.found.isEmpty else { return [] }
        var matches: [Match] = []
        var walk = try FunctionWalk(table)
        while try walk.next() {
            guard let name = names.name(at: try walk.load(UInt32.self, 4)) else { continue }
            guard matches.count < limit else { throw .tooLarge("functions of the same names") }
            let function = try table.function(named: name, entry: try walk.entry(), next: try walk.end())
            let functionID = try walk.load(UInt8.self, table.header.record.functionID)
            matches.append(Match(function: function, functionID: functionID))
        }
        return matches
    }

    /// Of functions that share a name, the function proper by that name: an assembly function and the wrapper that the
    /// linker makes for it do.
    func functions(_ names: WantedNames) throws(GoBinaryError) -> [String: Function] {
        let matches = try matches(limit: Self.fullMatchLimit) { names.wanted($0) != nil }
        return Dictionary(grouping: matches, by: \.function.name).compactMapValues { candidates in
            candidates.min { ($0.functionID, $1.function.size) < ($1.functionID, $0.function.size) }?.function
        }
    }
}
