internal import GoBinary

/// Why a candidate can't be used, where the function tables tell more than that it isn't there. Looked into for candidates
/// that fail only, since it takes a pass over the binary's inlining data.
extension SiteResolver {
    /// Why there is no such function.
    func absence(of name: String) throws(PlanningError) -> String {
        let name = copy.name(of: name)
        let callers = try inlinedCalls(of: name).map(\.caller.name).inOrder
        guard let first = callers.first else { return "no function \(name)" }
        let others = callers.count - 1
        return "\(name) is no function of its own: it is inlined into \(first)"
            + (others > 0 ? " and \(others) other\(others == 1 ? "" : "s")" : "")
    }

    func absence(of selector: CandidateSite.FunctionSelector) throws(PlanningError) -> String {
        switch selector {
        case .named(let name): try absence(of: name)
        case .literals: "no \(selector)"
        }
    }

    /// Nil unless calls of `callee` are inlined into functions that were to call it.
    func inlining(of callee: String?, in owners: [Function]) throws(PlanningError) -> String? {
        guard let callee = callee.map(copy.name) else { return nil }
        let calls = try inlinedCalls(of: callee).filter { call in owners.contains { $0.address == call.caller.address }
        }
        return calls.first.map { "\(callee) is inlined into \($0.caller.name)" }
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

    private func arguments(of function: Function) throws(PlanningError) -> FunctionArguments? {
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

extension [String] {
    /// Each once, where it is first.
    fileprivate var inOrder: [String] { reduce(into: []) { if !$0.contains($1) { $0.append($1) } } }
}
