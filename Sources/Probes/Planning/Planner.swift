internal import CBPF
package import GoBinary

/// Decides how to trace an executable: the same binary and catalogue always give the same plan.
package struct Planner: Sendable {
    private let catalogue: Catalogue
    /// Copies of one library that are looked at; real programs have one or two.
    private static let copyLimit = 16

    package init(catalogue: Catalogue = .standard) {
        self.catalogue = catalogue
    }

    /// What a binary lacks is part of the outcome. Throws when that can't be told: the file can't be read any more, its
    /// function table is corrupt, or the instruction decoder can't be set up.
    package func plan(_ binary: GoBinary) throws(PlanningError) -> PlanOutcome {
        let functions = try functions(in: binary)
        var facts = ns_binary_facts.nothingKnown
        var libraries: [LibraryReport] = []
        for forms in catalogue.libraries.chunked(by: \.name) {
            var plans: [LibraryPlan] = []
            for entry in forms {
                for copy in copies(of: entry, functions) {
                    plans.append(try plan(entry, copy, in: binary, functions, facts))
                }
            }
            guard let best = LibraryPlan.best(of: plans) else {
                libraries.append(.absent(forms[0]))
                continue
            }
            facts = best.facts
            libraries.append(best.report)
        }
        let errors = errors(of: libraries)
        if !errors.isEmpty { facts.set(try ErrorTypes(binary: binary).find(errors)) }
        let contextTypes = try parents(in: binary, functions, of: libraries, &facts)
        let plan = ProbePlan(
            goVersion: binary.buildInfo.goVersion, facts: facts, contextTypes: contextTypes, libraries: libraries)
        return plan.attachPoints.isEmpty ? .refusal(PlanRefusal(libraries)) : .plan(plan)
    }

    /// The copies of a library that the executable has.
    private func copies(of entry: LibraryEntry, _ functions: [String: [Function]]) -> [LibraryCopy] {
        var copies: [LibraryCopy] = []
        for name in [entry.anchor] + entry.otherAnchors {
            for anchor in functions[name] ?? [] where copies.count < Self.copyLimit {
                let copy = LibraryCopy(of: anchor, named: name)
                if copy.name(of: name) == anchor.name, !copies.contains(copy) { copies.append(copy) }
            }
        }
        return copies
    }

    /// What the errors of libraries that can be traced are told by.
    private func errors(of libraries: [LibraryReport]) -> [ErrorType] {
        let traced = Set(libraries.filter { !$0.probes.isEmpty }.map(\.name))
        return catalogue.libraries.first { !$0.errors.isEmpty && traced.contains($0.name) }?.errors ?? []
    }

    /// Finds what tells whose child a span is, if anything that the executable has asks for it.
    private func parents(
        in binary: GoBinary, _ functions: [String: [Function]], of libraries: [LibraryReport],
        _ facts: inout ns_binary_facts
    ) throws(PlanningError) -> [ContextType] {
        guard libraries.contains(where: \.walksContexts) else { return [] }
        facts.goroutine = try GoroutineFacts(
            binary: binary, maker: functions[GoroutineFacts.maker]?.first { $0.name == GoroutineFacts.maker }
        ).find()
        return try ContextTypes.find(in: binary)
    }

    /// Finds every function that the catalogue names, and the vendored copies of each, all in one pass over the binary's
    /// function table.
    private func functions(in binary: GoBinary) throws(PlanningError) -> [String: [Function]] {
        do throws(GoBinaryError) {
            return try binary.functionCopies(
                named: catalogue.libraries.reduce(into: [GoroutineFacts.maker]) { $0.formUnion($1.functionNames) })
        } catch {
            throw .binary(error)
        }
    }

    /// Plans one copy of a library; its facts are added to `facts`, unless it is refused.
    private func plan(
        _ entry: LibraryEntry, _ copy: LibraryCopy, in binary: GoBinary, _ functions: [String: [Function]],
        _ facts: ns_binary_facts
    ) throws(PlanningError) -> LibraryPlan {
        var tally = Tally(purpose: entry.purpose)
        var sites = SiteResolver(binary: binary, functions: functions, copy: copy, variant: entry.variant)
        for probe in entry.probes { try sites.resolve(probe, tally: &tally) }
        var fields = FieldResolver(binary: binary, copy: copy, facts: facts, copies: entry.copies)
        for field in entry.fields { try fields.resolve(field, tally: &tally) }
        for map in entry.maps { try fields.resolve(map, tally: &tally) }
        for type in entry.types { try fields.resolve(type, tally: &tally) }
        for pointer in entry.pointers { try fields.resolve(pointer, at: &sites, tally: &tally) }
        let isRefused = tally.state == .refused
        return LibraryPlan(
            entry: entry, copy: copy, facts: isRefused ? facts : fields.facts,
            report: LibraryReport(
                name: entry.name, purpose: entry.purpose, state: tally.state,
                probes: isRefused ? [] : sites.attachPoints,
                fields: fields.fields, missing: tally.missing))
    }
}

extension [LibraryEntry] {
    /// The entries that follow one another with the same value.
    fileprivate func chunked(by key: KeyPath<LibraryEntry, String>) -> [[LibraryEntry]] {
        reduce(into: []) { chunks, entry in
            if let last = chunks.last?.last, last[keyPath: key] == entry[keyPath: key] {
                chunks[chunks.count - 1].append(entry)
            } else {
                chunks.append([entry])
            }
        }
    }
}

extension LibraryEntry {
    /// Every function that the candidates name.
    fileprivate var functionNames: Set<String> {
        var names = Set([anchor] + otherAnchors)
        for candidate in probes.flatMap(\.candidates) {
            switch candidate.function {
            case .named(let name): names.insert(name)
            case .allNamed(let all): names.formUnion(all)
            case .literals(let outer, let callee): names.formUnion(CandidateSite.literalNames(in: outer) + [callee])
            }
            names.formUnion(candidate.place.callees)
            if case .failingReturns(_, let other?) = candidate.place { names.insert(other) }
            if case .firstCall(_, let marker) = candidate.place { names.insert(marker) }
        }
        return names
    }
}

extension CandidateSite {
    static func literalNames(in function: String) -> [String] { (1...16).map { "\(function).func\($0)" } }
}

extension CandidateSite.Place {
    /// The function whose direct calls matter, where it is one.
    var callee: String? {
        switch self {
        case .calls(let callee), .firstCall(let callee, _), .behindCalls(let callee), .callFollowing(_, let callee),
            .indirectCall(let callee),
            .results(let callee), .failingReturns(let callee, _):
            callee
        case .callsOfAny, .prologue, .methodCalls, .returns: nil
        }
    }

    /// The functions whose direct calls matter.
    var callees: [String] {
        if case .callsOfAny(let callees) = self { return callees }
        return callee.map { [$0] } ?? []
    }
}

extension ns_binary_facts {
    /// Every offset absent.
    static var nothingKnown: ns_binary_facts {
        var facts = ns_binary_facts()
        // Every field but the header map's kind, sizes and strides is an offset or a hash: NS_ABSENT is all ones.
        _ = withUnsafeMutableBytes(of: &facts) { $0.initializeMemory(as: UInt8.self, repeating: 0xff) }
        facts.header_map.kind = UInt16(NS_MAP_ABSENT.rawValue)
        facts.header_map.group_size = 0
        facts.header_map.key_stride = 0
        facts.header_map.elem_stride = 0
        return facts
    }
}
