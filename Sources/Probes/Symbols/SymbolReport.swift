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
    package var absence: String {
        if let first = inlined.first {
            let callers = Set(inlined.map(\.caller)).count
            return "\(name) is no function of its own: it is inlined into \(first.caller)"
                + (callers > 1 ? " and \(callers - 1) other\(callers == 2 ? "" : "s")" : "")
        }
        let hint = similar.isEmpty ? "" : "; there is \(similar.joined(separator: ", "))"
        return "no function \(name): it isn't linked in, or the linker calls it otherwise\(hint)"
    }

    /// Looks functions up by name, all in one pass.
    package static func of(_ names: [String], in binary: GoBinary) throws(PlanningError) -> [SymbolReport] {
        guard !names.isEmpty else { return [] }
        do throws(GoBinaryError) {
            let functions = try binary.functionCopies(named: Set(names))
            let inlined = try binary.inlinedCalls(of: Set(names))
            var reports: [SymbolReport] = []
            for name in names {
                let definitions = functions[name] ?? []
                let calls = inlined[name] ?? []
                let isNowhere = definitions.isEmpty && calls.isEmpty
                reports.append(
                    SymbolReport(
                        name: name,
                        definitions: try definitions.map { (function) throws(GoBinaryError) in
                            try definition(function, in: binary)
                        },
                        inlined: calls.compactMap(Inlining.init),
                        similar: isNowhere ? try binary.functionNames(containing: name, limit: 10) : []))
            }
            return reports
        } catch {
            throw .binary(error)
        }
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
