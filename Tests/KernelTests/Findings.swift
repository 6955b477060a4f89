/// What a check in a guest found wrong.
struct Findings {
    private(set) var problems: [String] = []

    mutating func expect(_ isRight: Bool, _ what: @autoclosure () -> String) {
        if !isRight { problems.append(what()) }
    }

    mutating func expect<Value: Equatable>(_ what: String, _ value: Value, is expected: Value) {
        expect(value == expected, "\(what) is \(value), not \(expected)")
    }

    mutating func add(_ more: [String]) { problems += more }
}
