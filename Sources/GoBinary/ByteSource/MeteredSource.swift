/// The bytes of an executable, each read of which is paid for.
struct MeteredSource: Sendable {
    private let source: any ByteSource
    let budget: AnalysisBudget

    init(_ source: any ByteSource, _ budget: AnalysisBudget) {
        self.source = source
        self.budget = budget
    }

    /// Number of bytes when the source was opened.
    var size: UInt64 { source.size }

    /// As `ByteSource.read`. Throws `overBudget` and `io`.
    func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(GoBinaryError) -> Int {
        try budget.spendRead(of: buffer.count)
        do throws(ByteSourceError) {
            return min(try source.read(at: offset, into: buffer), buffer.count)
        } catch {
            throw .io(error)
        }
    }
}
