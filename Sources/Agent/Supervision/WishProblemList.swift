/// The problems of one wish, each once: the first of them, and how many there are besides.
struct WishProblemList {
    private static let limit = 16

    private var first: [WishProblem] = []
    private var seen: Set<WishProblem> = []

    mutating func add(_ problem: WishProblem) {
        if seen.insert(problem).inserted, first.count < Self.limit { first.append(problem) }
    }

    func pass(to report: (WishProblem) -> Void) {
        for problem in first { report(problem) }
        if seen.count > first.count { report(.more(seen.count - first.count)) }
    }
}
