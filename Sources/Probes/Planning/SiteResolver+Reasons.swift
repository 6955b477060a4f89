internal import GoBinary

/// Why a candidate can't be used, where the function tables tell more than that it isn't there. Only why there is no
/// function at all takes a pass over the binary's inlining data.
extension SiteResolver {
    /// Why there is no such function.
    func absence(of name: String) throws(PlanningError) -> String {
        let name = copy.name(of: name)
        return try inlinedCalls(of: name).absence(of: name) ?? "no function \(name)"
    }

    func absence(of selector: CandidateSite.FunctionSelector) throws(PlanningError) -> String {
        switch selector {
        case .named(let name): try absence(of: name)
        case .literals, .allNamed: "no \(selector)"
        }
    }

    /// Nil unless calls of `callee` are inlined into functions that were to call it.
    func inlining(of callee: String?, in owners: [Function]) throws(PlanningError) -> String? {
        guard let callee = callee.map(copy.name) else { return nil }
        for owner in owners where try inlinedFunctions(in: owner).contains(callee) {
            return "\(callee) is inlined into \(owner.name)"
        }
        return nil
    }

    /// Nil when the arguments are where the programs look for them, or the binary doesn't tell.
    func argumentMismatch(of candidate: CandidateSite, owners: [Function]) throws(PlanningError) -> String? {
        guard let expected = candidate.arguments else { return nil }
        let callees = candidate.place.callee.map { function($0).map { [$0] } ?? [] }
        for function in callees ?? owners {
            guard let arguments = try arguments(of: function), !arguments.begin(with: expected) else { continue }
            return "\(function.name) takes other arguments: \(arguments.shape), not \(expected)"
        }
        return nil
    }

    func arguments(of function: Function) throws(PlanningError) -> FunctionArguments? {
        do {
            return try binary.arguments(of: function)
        } catch {
            try error.rethrowUnlessShape()
            return nil
        }
    }

    func inlinedCalls(of name: String) throws(PlanningError) -> [InlinedCall] {
        do {
            return try binary.inlinedCalls(of: [name])[name] ?? []
        } catch {
            try error.rethrowUnlessShape()
            return []
        }
    }
}

extension FunctionArguments {
    /// Whether the first ones are these: those that a newer release adds behind others move none of them.
    func begin(with shape: String) -> Bool { self.shape == shape || self.shape.hasPrefix(shape + " ") }
}

extension [InlinedCall] {
    /// Where a function is that is inlined wherever it is called; nil if there are no calls.
    func absence(of name: String) -> String? {
        guard let first else { return nil }
        let others = Set(map(\.caller.address)).count - 1
        return "\(name) is no function of its own: it is inlined into \(first.caller.name)"
            + (others > 0 ? " and \(others) other\(others == 1 ? "" : "s")" : "")
    }
}
