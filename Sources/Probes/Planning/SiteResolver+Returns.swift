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
        var obstacles: Set<UInt64> = []
        if let other {
            let before = other.map { code.directCalls(to: $0.address) } ?? []
            obstacles = Set(before.compactMap { code.indirectCall(behind: $0.address) })
            guard !obstacles.isEmpty else {
                return .failure(Absence(reason: "returns of errors can't be told from those of responses"))
            }
        }
        var successes: Set<CodeSite> = []
        for call in calls {
            guard let success = code.success(behindCall: call.address), let reached = code.returns(from: success) else {
                return .failure(Absence(reason: "returns of errors can't be told from those of responses"))
            }
            successes.formUnion(reached)
        }
        guard let all = code.returns(from: code.address, without: obstacles) else {
            return .failure(Absence(reason: "the ways through the function can't be told"))
        }
        return .success(all.filter { !successes.contains($0) })
    }
}
