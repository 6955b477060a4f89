/// When the batches of a workload's spans are to go, where it says so itself. It is no part of what tells destinations apart:
/// workloads that share one get the least that any of them asks for.
package struct BatchLimits: Hashable, Sendable {
    /// Nothing is asked for.
    package static let none = BatchLimits()

    /// After which a batch goes although it isn't full: OTEL_BSP_SCHEDULE_DELAY. Nil for the configuration's.
    package var age: Duration?
    /// Of a full batch: OTEL_BSP_MAX_EXPORT_BATCH_SIZE. Nil for the configuration's.
    package var spans: Int?

    /// What is obeyed, however little or much is asked for: one workload's wish is the cost of all that share the agent.
    package static let ages = Duration.milliseconds(100)...Duration.seconds(60)
    package static let sizes = 16...8192

    package init(age: Duration? = nil, spans: Int? = nil) {
        self.age = age
        self.spans = spans
    }
}

extension ExportLimits {
    /// What a pipeline is to do that these share; the limits themselves where there are none.
    func batch(for wishes: some Collection<BatchLimits>) -> (spans: Int, age: Duration) {
        let spans = wishes.map {
            min(max($0.spans ?? batchSpans, BatchLimits.sizes.lowerBound), BatchLimits.sizes.upperBound)
        }
        let ages = wishes.map { min(max($0.age ?? batchAge, BatchLimits.ages.lowerBound), BatchLimits.ages.upperBound) }
        return (spans.min() ?? batchSpans, ages.min() ?? batchAge)
    }
}
