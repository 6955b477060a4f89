extension GoBinary {
    /// Where functions are inlined, in order of the callers' trees in the file, under the names asked for; copies in
    /// vendored packages count as well. All are found together, which costs about twice as much as `functions(named:)`.
    ///
    /// A name is missing if the program has no such name at all. An empty list means that the function is nowhere
    /// inlined; one with calls, of a name that `functions(named:)` doesn't find, that it is inlined everywhere.
    ///
    /// - Parameter names: the linker's own; see `linkerName(ofPackage:)`.
    package func inlinedCalls(of names: Set<String>) throws(GoBinaryError) -> [String: [InlinedCall]] {
        let wanted = WantedNames(names, takesCopies: true)
        let calls = try InlineSearch(table: functionTable).calls { wanted.wanted($0) != nil }
        var result: [String: [InlinedCall]] = [:]
        for (name, calls) in calls.sorted(by: { $0.key < $1.key }) {
            result[wanted.wanted(name) ?? name, default: []] += calls
        }
        return result
    }

    /// The names of the functions inlined into one, each once.
    package func inlinedFunctions(in function: Function) throws(GoBinaryError) -> [String] {
        guard let index = try functionTable.index(containing: function.address) else { return [] }
        return try InlineSearch(table: functionTable).names(inlinedInto: FunctionRecord(index, in: functionTable))
    }
}
