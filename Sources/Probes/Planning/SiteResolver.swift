internal import CodeSites
internal import GoBinary

/// Finds the catalogue's probe sites in one executable.
struct SiteResolver {
    let binary: GoBinary
    private let variant: UInt32
    let copy: LibraryCopy
    /// Of all that the catalogue names, those that the binary has, in all copies.
    private let functions: [String: [Function]]
    /// By address; nil for a function whose code can't be decoded.
    private var decoded: [UInt64: FunctionCode?] = [:]
    /// Of the probes resolved so far, in their order.
    private(set) var attachPoints: [AttachPoint] = []

    init(binary: GoBinary, functions: [String: [Function]], copy: LibraryCopy, variant: UInt32) {
        self.binary = binary
        self.functions = functions
        self.copy = copy
        self.variant = variant
    }

    /// Places for one probe in one function; a few have been seen.
    static let siteLimit = 64

    /// Adds the attach points of the first candidate that the binary has.
    mutating func resolve(_ probe: ProbeEntry, tally: inout Tally) throws(PlanningError) {
        var reasons: [String] = []
        for candidate in probe.candidates {
            switch try sites(of: candidate, for: probe) {
            case .found(let points):
                attachPoints += points
                if let loss = candidate.loss {
                    tally.miss(
                        probe.program, reason: reasons.joined(separator: "; "), need: .optional(loss: loss))
                }
                return
            case .unusable(let reason):
                reasons.append(reason)
            }
        }
        tally.miss(probe.program, reason: reasons.joined(separator: "; "), need: probe.need)
    }

    private enum Sites {
        case found([AttachPoint])
        case unusable(reason: String)
    }

    private mutating func sites(
        of candidate: CandidateSite, for probe: ProbeEntry
    ) throws(PlanningError) -> Sites {
        if let callee = candidate.place.callee, function(callee) == nil {
            return .unusable(reason: try absence(of: callee))
        }
        let owners = try owners(candidate.function)
        guard !owners.isEmpty else { return .unusable(reason: try absence(of: candidate.function)) }
        var points: [AttachPoint] = []
        for owner in owners {
            guard let code = try code(of: owner) else {
                return .unusable(reason: "the code of \(owner.name) can't be decoded")
            }
            let sites: [CodeSite]
            switch try self.sites(at: candidate.place, in: code, of: owner) {
            case .success(let found): sites = found
            case .failure(let absence): return .unusable(reason: absence.reason)
            }
            guard sites.count <= Self.siteLimit else { return .unusable(reason: Self.tooMany("places", in: owner)) }
            for site in sites {
                guard let fileOffset = binary.fileOffset(of: site.address) else {
                    return .unusable(reason: "\(owner.name) isn't in the file")
                }
                points.append(
                    AttachPoint(
                        program: probe.program, variant: variant, symbol: owner.name, address: site.address,
                        fileOffset: fileOffset, instruction: site.instruction, isEmulated: site.isEmulated))
            }
        }
        guard !points.isEmpty else {
            return .unusable(
                reason: try inlining(of: candidate.place.callee, in: owners)
                    ?? "\(candidate.function) has no \(candidate.place)")
        }
        if let partly = try partialInlining(of: candidate.place.callee, in: owners) { return .unusable(reason: partly) }
        guard probe.rate != .everyRequest || candidate.maySingleStep || points.allSatisfy(\.isEmulated) else {
            return .unusable(reason: "\(candidate.place) in \(candidate.function) would be single-stepped")
        }
        if let mismatch = try argumentMismatch(of: candidate, owners: owners) { return .unusable(reason: mismatch) }
        return .found(points)
    }

    private func sites(
        at place: CandidateSite.Place, in code: FunctionCode, of owner: Function
    ) throws(PlanningError) -> Result<[CodeSite], Absence> {
        let calls = place.callees.compactMap(function).flatMap {
            code.directCalls(to: $0.address, atMost: Self.siteLimit + 1)
        }
        guard calls.count <= Self.siteLimit else {
            return .failure(Absence(reason: Self.tooMany("calls", in: owner)))
        }
        switch place {
        case .calls, .callsOfAny:
            return .success(calls)
        case .firstCall(_, let marker):
            let before = function(marker).map { code.directCalls(to: $0.address, atMost: 2) } ?? []
            guard before.count == 1 else { return .success([]) }
            return .success(calls.first { $0.address > before[0].address }.map { [$0] } ?? [])
        case .behindCalls:
            return .success(calls.compactMap { code.site(behind: $0.address) })
        case .callFollowing(let program, _):
            let earlier = attachPoints.filter { $0.program == program && $0.symbol == owner.name }
            guard !earlier.isEmpty, calls.count > 1 else { return .success(calls.count == 1 ? calls : []) }
            let following = earlier.compactMap { point in calls.first { $0.address > point.address } }
            guard following.count == earlier.count else { return .success([]) }
            return .success(calls.filter(following.contains))
        case .results:
            return .success(calls.compactMap { code.site(behindCall: $0.address, keeping: 3) })
        case .returns:
            return .success(code.returns(atMost: Self.siteLimit + 1))
        case .failingReturns(_, let other):
            return failingReturns(in: code, behind: calls, besides: other.map(function))
        case .prologue:
            return .success(code.prologue.map { [$0] } ?? [])
        case .indirectCall:
            return .success(calls.compactMap { code.indirectCall(before: $0.address) })
        case .methodCalls(let inlined, let method, let arguments):
            return try methodCalls(method, arguments, inInlined: inlined, in: code, of: owner)
        }
    }

    private static func tooMany(_ things: String, in owner: Function) -> String {
        "\(owner.name) has more than \(siteLimit) \(things) where real programs have a few"
    }

    /// In the copy of the library that is planned.
    func function(_ name: String) -> Function? {
        let own = copy.name(of: name)
        return functions[name]?.first { $0.name == own }
    }

    private mutating func owners(
        _ selector: CandidateSite.FunctionSelector
    ) throws(PlanningError) -> [Function] {
        switch selector {
        case .named(let name):
            return function(name).map { [$0] } ?? []
        case .allNamed(let names):
            return names.compactMap(function)
        case .literals(let outer, let callee):
            guard let callee = function(callee) else { return [] }
            var owners: [Function] = []
            for literal in CandidateSite.literalNames(in: outer).compactMap(function) {
                guard let code = try code(of: literal), !code.directCalls(to: callee.address, atMost: 1).isEmpty
                else { continue }
                owners.append(literal)
            }
            return owners
        }
    }

    /// Where an argument of the call comes from that is the only attach point of a program.
    mutating func origin(ofArgument index: Int, of program: String) throws(PlanningError) -> ArgumentOrigin? {
        let points = attachPoints.filter { $0.program == program }
        guard points.count == 1, let owner = functions.values.joined().first(where: { $0.name == points[0].symbol })
        else {
            return nil
        }
        return try code(of: owner)?.origin(ofArgument: index, at: points[0].address)
    }

    private mutating func code(of function: Function) throws(PlanningError) -> FunctionCode? {
        if let known = decoded[function.address] { return known }
        let code = try decode(function)
        decoded[function.address] = .some(code)
        return code
    }

    private func decode(_ function: Function) throws(PlanningError) -> FunctionCode? {
        let bytes: [UInt8]
        do {
            bytes = try binary.code(of: function, limit: Disassembler.sizeLimit)
        } catch {
            try error.rethrowUnlessShape()
            return nil
        }
        do {
            var disassembler = try Disassembler(for: InstructionSet(binary.architecture))
            return try disassembler.decode(bytes, at: function.address)
        } catch {
            if case .decoderUnavailable = error { throw .decoder(error) }
            return nil
        }
    }
}

extension CandidateSite.FunctionSelector: CustomStringConvertible {
    var description: String {
        switch self {
        case .named(let name): name
        case .allNamed(let names): names.count > 4 ? "\(names[0]) and \(names.count - 1) like it" : "\(names)"
        case .literals(let outer, let callee): "function literal in \(outer) that calls \(callee)"
        }
    }
}

extension CandidateSite.Place: CustomStringConvertible {
    var description: String {
        switch self {
        case .calls(let callee): "direct call of \(callee)"
        case .firstCall(let callee, let marker): "direct call of \(callee) behind its call of \(marker)"
        case .callsOfAny(let callees): "direct call of \(callees.joined(separator: " or "))"
        case .behindCalls(let callee): "instruction behind a direct call of \(callee)"
        case .callFollowing(let program, let callee): "direct call of \(callee) behind \(program)"
        case .results(let callee): "emulated instruction with the results of a direct call of \(callee)"
        case .returns: "return"
        case .failingReturns(let callee, _): "return that only errors lead to, besides \(callee)"
        case .prologue: "stack check or frame pointer push at its start"
        case .indirectCall(let callee): "indirect call before its call of \(callee)"
        case .methodCalls(let inlined, let method, _): "call of \(method) in an inlined \(inlined)"
        }
    }
}
