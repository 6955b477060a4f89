extension UInt64 {
    /// The sum, unless it overflows.
    func plus(_ other: UInt64, _ what: @autoclosure () -> String) throws(GoBinaryError) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(other)
        guard !overflow else { throw .corrupt(what()) }
        return sum
    }

    /// The product, unless it overflows.
    func times(_ other: UInt64, _ what: @autoclosure () -> String) throws(GoBinaryError) -> UInt64 {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        guard !overflow else { throw .corrupt(what()) }
        return product
    }
}
