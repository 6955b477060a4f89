internal import CodeSites
internal import GoBinary

/// Sites in the bodies of functions that are inlined.
extension SiteResolver {
    /// The calls of a method in the body of a function that is inlined into `owner`: all calls there, which must be
    /// nothing else.
    func methodCalls(
        _ method: String, _ arguments: String, inInlined inlined: String, in code: FunctionCode, of owner: Function
    ) throws(PlanningError) -> Result<[CodeSite], Absence> {
        let name = copy.name(of: inlined)
        let bodies = try inlinedCalls(of: name).filter { $0.caller.address == owner.address }
        guard !bodies.isEmpty else { return .failure(Absence(reason: "\(name) isn't inlined into \(owner.name)")) }
        if let function = function(inlined), !code.directCalls(to: function.address, atMost: 1).isEmpty {
            return .failure(Absence(reason: "\(owner.name) calls \(name) in one place, and has it inlined in another"))
        }
        // In the body of one that is inlined as well, the arguments would be elsewhere.
        let methods = try inlinedFunctions(in: owner).filter { $0 != name && $0.hasSuffix(".\(method)") }
        if let inner = methods.first {
            return .failure(Absence(reason: "\(inner) is inlined into \(owner.name), too"))
        }
        var sites: [CodeSite] = []
        for part in bodies.flatMap(\.addresses) {
            guard let calls = code.calls(in: part) else {
                return .failure(Absence(reason: "a call in an inlined \(name) takes no probe"))
            }
            for call in calls {
                if let target = call.target, try !isMethod(target, method, arguments) {
                    return .failure(Absence(reason: "an inlined \(name) calls other functions as well"))
                }
                sites.append(call.site)
                guard sites.count <= Self.siteLimit else {
                    return .failure(Absence(reason: "an inlined \(name) has more calls than real ones"))
                }
            }
        }
        return .success(sites)
    }

    /// Where a function is called in some places and inlined in others, some of what is looked for would be missed.
    func partialInlining(of callee: String?, in owners: [Function]) throws(PlanningError) -> String? {
        guard let callee = callee.map(copy.name) else { return nil }
        for owner in owners where try inlinedFunctions(in: owner).contains(callee) {
            return "\(owner.name) calls \(callee) in one place, and has it inlined in another"
        }
        return nil
    }

    /// Whether a function is the method of a type whose values are one word, as pointers are, so that its arguments are in
    /// the registers of a call through an interface.
    private func isMethod(
        _ address: UInt64, _ method: String, _ expected: String
    ) throws(PlanningError) -> Bool {
        let function: Function?
        do {
            function = try binary.functionContaining(address)
        } catch {
            try error.rethrowUnlessShape()
            return false
        }
        guard let function, function.address == address, function.name.hasSuffix(".\(method)"),
            let arguments = try arguments(of: function)
        else { return false }
        return ["8", "{8}"].contains { arguments.begin(with: "\($0) \(expected)") }
    }

    func inlinedFunctions(in function: Function) throws(PlanningError) -> [String] {
        do {
            return try binary.inlinedFunctions(in: function)
        } catch {
            try error.rethrowUnlessShape()
            return []
        }
    }
}
