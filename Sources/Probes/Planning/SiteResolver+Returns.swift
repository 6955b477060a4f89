internal import CodeSites
internal import GoBinary

/// The returns of a function that come behind errors.
extension SiteResolver {
    /// - Parameters:
    ///   - calls: that succeed or fail.
    ///   - other: the function behind whose calls comes an indirect one of which success isn't told from failure; inner nil
    ///     when the binary doesn't have it.
    func failingReturns(
        in code: FunctionCode, behind calls: [CodeSite], besides other: Function??
    ) -> Result<[CodeSite], Absence> {
        // Without them, all returns would count as failures.
        guard !calls.isEmpty else { return .success([]) }
        var obstacles: Set<UInt64> = []
        if let other {
            let before = other.map { code.directCalls(to: $0.address, atMost: Self.siteLimit) } ?? []
            obstacles = Set(before.compactMap { code.indirectCall(behind: $0.address) })
            guard !obstacles.isEmpty else { return .failure(.indistinguishable) }
        }
        let successes = calls.compactMap { code.success(behindCall: $0.address) }
        guard successes.count == calls.count, let succeeding = code.returns(from: successes) else {
            return .failure(.indistinguishable)
        }
        guard let all = code.returns(from: [code.address], without: obstacles) else {
            return .failure(Absence(reason: "the ways through the function can't be told"))
        }
        let failing = Set(all).subtracting(succeeding).sorted()
        return .success(failing.prefix(Self.siteLimit + 1).compactMap(code.site(at:)))
    }
}

extension Absence {
    fileprivate static let indistinguishable = Absence(
        reason: "returns of errors can't be told from those of responses")
}
