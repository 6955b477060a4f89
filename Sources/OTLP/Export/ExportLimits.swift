/// What one destination may take of memory and time.
package struct ExportLimits: Sendable, Equatable {
    /// Spans that wait or are being sent.
    package var queuedSpans = 8192
    /// As `queuedSpans`, encoded.
    package var queuedBytes = 8 << 20
    package var batchSpans = 512
    package var batchBytes = 1 << 20
    /// After which a batch goes although it isn't full.
    package var batchAge = Duration.seconds(1)
    /// Requests at once, while all is well; else one.
    package var requests = 4
    /// For one attempt, answer included.
    package var attempt = Duration.seconds(10)
    /// From a batch's first failure to the time when it is given up.
    package var retrying = Duration.seconds(300)
    /// From the end of tracing to the time when what is left is given up.
    package var draining = Duration.seconds(5)

    package init() {}
}
