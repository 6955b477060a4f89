/// What became of the batches of one destination on disk.
package struct SpoolSummary: Sendable, Equatable {
    /// Spans that an earlier run had left.
    package internal(set) var restored: UInt64 = 0
    /// Spans that an exporter before this one had left in this run, less those that this one has left to the next: together
    /// it is nought.
    package internal(set) var carried: Int64 = 0
    /// Spans that were stored by this one.
    package internal(set) var stored: UInt64 = 0
    /// Spans that are there now: at the end, for the next run.
    package internal(set) var waiting: UInt64 = 0
    /// Files that weren't what nodespan had written, and were set aside.
    package internal(set) var unreadable: UInt64 = 0
    /// Calls on the file system that failed.
    package internal(set) var failures: UInt64 = 0

    func adding(_ other: SpoolSummary) -> SpoolSummary {
        var sum = self
        sum.restored += other.restored
        sum.carried += other.carried
        sum.stored += other.stored
        sum.waiting += other.waiting
        sum.unreadable += other.unreadable
        sum.failures += other.failures
        return sum
    }
}
