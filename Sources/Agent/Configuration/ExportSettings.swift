package import OTLP

/// What the pipelines of all destinations may take of memory, disk and time.
package struct ExportSettings: Sendable, Equatable {
    /// Where batches wait in an outage that don't fit into memory.
    package struct Spool: Sendable, Equatable {
        package static let defaultDirectory = "/var/lib/nodespan/spool"

        /// An absolute path.
        package var directory = defaultDirectory
        /// Of all destinations.
        package var bytes = 1 << 30
    }

    /// Of each pipeline.
    package var limits = ExportLimits()
    /// Nil for none.
    package var spool: Spool?

    package init() {}
}
