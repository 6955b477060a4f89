private import Synchronization

/// What everything that is asked of one executable may cost together, so that no file keeps the analyser busy for long.
///
/// It counts bytes that are read and values that are looked up instead of time, so the same file and questions always
/// come to the same end. A unit takes about a nanosecond.
package final class AnalysisBudget: Sendable {
    /// More than ten times what the largest real programs need. It is spent within a second.
    package static let standardLimit = 640 << 20

    private let limit: Int
    private let spending = Atomic(0)

    /// - Parameter limit: units. A whole executable can be gone through with `Int.max`.
    package init(limit: Int = standardLimit) {
        self.limit = limit
    }

    /// Units spent so far.
    package var spent: Int { spending.load(ordering: .relaxed) }

    /// For each read, beside a quarter of its bytes.
    private static let readCost = 512
    /// For each name and each function that is gone by.
    static let nameCost = 4
    static let functionCost = 16
    /// For each byte of text that is made of them.
    static let textCost = 8
    /// For each value that takes decoding.
    static let stepCost = 32
    /// For each value that is taken from bytes which were read before.
    static let lookupCost = 64

    /// For each byte of code that is decoded.
    static let decodingCost = 128

    /// Counts a read of this many bytes.
    func spendRead(of count: Int) throws(GoBinaryError) { try spend(count / 4 &+ Self.readCost) }

    /// From the first time on that there isn't enough left, nothing is read any more.
    func spend(_ cost: Int) throws(GoBinaryError) {
        guard spending.wrappingAdd(cost, ordering: .relaxed).newValue <= limit else { throw .overBudget }
    }
}

extension GoBinaryError {
    /// The executable's `AnalysisBudget` is spent.
    package static let overBudget = tooLarge("what it refers to takes more work than any real program does")
}
