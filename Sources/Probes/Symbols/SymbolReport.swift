package import CodeSites
package import GoBinary

/// Where a function is in an executable, or why it isn't.
package struct SymbolReport: Sendable {
    /// As it was asked for: the linker's name, for example `net/http.(*conn).serve`.
    package var name: String
    /// The function and its vendored copies.
    package var definitions: [Definition]
    /// Calls of it that became part of their callers. A function can be both: inlined here and called there.
    package var inlined: [Inlining]
    /// Other functions with the name in theirs, where there is none of that name; at most 10.
    package var similar: [String]

    package struct Definition: Sendable {
        /// With any vendor prefix in its name.
        package var function: Function
        /// Nil if the executable doesn't tell.
        package var arguments: FunctionArguments?
        /// Where every call passes with its arguments still in registers.
        package var prologue: CodeSite?
        /// Why there is no such place.
        package var prologueAbsence: String?
    }

    package struct Inlining: Sendable {
        /// The function that the call is part of now.
        package var caller: String
        /// Image-relative, of its first instruction there.
        package var address: UInt64

        /// Nil for a call of which no instruction was left.
        init?(_ call: InlinedCall) {
            guard let address = call.addresses.first?.lowerBound ?? call.callSite else { return nil }
            caller = call.caller.name
            self.address = address
        }
    }

    /// For people: why there is no function of the name.
    package var absence: String

    /// Looks functions up by name.
    package static func of(_ names: [String], in binary: GoBinary) throws(PlanningError) -> [SymbolReport] {
        guard !names.isEmpty else { return [] }
        do throws(GoBinaryError) {
            let spellings = Dictionary(
                names.map { ($0, Self.spellings(of: $0)) }, uniquingKeysWith: { first, _ in first })
            let wanted = Set(spellings.values.joined())
            let functions = try binary.functionCopies(named: wanted)
            let inlined = try binary.inlinedCalls(of: wanted)
            var reports: [SymbolReport] = []
            for name in names {
                let spelling = spellings[name]?.first { functions[$0] != nil || inlined[$0]?.isEmpty == false }
                let calls = spelling.flatMap { inlined[$0] } ?? []
                let report = SymbolReport(
                    name: name,
                    definitions: try spelling.flatMap { functions[$0] }?.map { (function) throws(GoBinaryError) in
                        try definition(function, in: binary)
                    } ?? [],
                    inlined: calls.compactMap(Inlining.init),
                    similar: spelling == nil ? try similar(to: name, in: binary) : [],
                    absence: calls.absence(of: name)
                        ?? "no function \(name): it isn't linked in, or the linker calls it otherwise")
                reports.append(report)
            }
            return reports
        } catch {
            throw .binary(error)
        }
    }

    /// The linker's name, then those in which dots behind the last slash are the package's own, which the linker escapes:
    /// `gopkg.in/yaml%2ev2.Unmarshal`.
    private static func spellings(of name: String) -> [String] {
        let slash = name.lastIndex(of: "/") ?? name.startIndex
        let dots = name[slash...].indices.filter { name[$0] == "." }
        return [name]
            + dots.dropFirst().prefix(4).map { GoBinary.linkerName(ofPackage: String(name[..<$0])) + name[$0...] }
    }

    /// Looks for the name, without type arguments, in other names, then for less and less of it. First come those that end
    /// in it.
    private static func similar(to name: String, in binary: GoBinary) throws(GoBinaryError) -> [String] {
        let whole = name.firstIndex(of: "[").map { String(name[..<$0]) } ?? name
        var texts = [whole]
        for separator in ["/", "."] as [Character] {
            if let position = whole.lastIndex(of: separator) {
                texts.append(String(whole[whole.index(after: position)...]))
            }
        }
        for text in texts where !text.isEmpty {
            let names = try binary.functionNames(containing: text, limit: 200).reduce(into: [String]()) {
                if $0.last != $1 { $0.append($1) }
            }
            if names.isEmpty { continue }
            let (ends, others) = (names.filter { $0.hasSuffix("." + text) }, names.filter { !$0.hasSuffix("." + text) })
            return Array((ends + others).prefix(10))
        }
        return []
    }

    private static func definition(_ function: Function, in binary: GoBinary) throws(GoBinaryError) -> Definition {
        var definition = Definition(function: function, arguments: try binary.arguments(of: function))
        let code: [UInt8]
        do {
            code = try binary.code(of: function, limit: Disassembler.sizeLimit)
        } catch {
            definition.prologueAbsence = error.description
            return definition
        }
        do throws(CodeError) {
            var disassembler = try Disassembler(for: InstructionSet(binary.architecture))
            definition.prologue = try disassembler.decode(code, at: function.address).prologue
            if definition.prologue == nil { definition.prologueAbsence = "it sets up no frame in a way that is known" }
        } catch {
            definition.prologueAbsence = error.description
        }
        return definition
    }
}
