/// What the analyses of executables gave, refusals included: a program that starts again isn't read again.
struct AnalysisCache {
    private static let limit = 256

    private var outcomes: [ExecutableState: Result<KnownExecutable, AnalysisError>] = [:]
    /// The oldest first.
    private var order: [ExecutableState] = []

    subscript(_ state: ExecutableState) -> Result<KnownExecutable, AnalysisError>? { outcomes[state] }

    mutating func keep(_ outcome: Result<KnownExecutable, AnalysisError>, of state: ExecutableState) {
        if outcomes.updateValue(outcome, forKey: state) != nil { return }
        order.append(state)
        if order.count > Self.limit { outcomes[order.removeFirst()] = nil }
    }
}
