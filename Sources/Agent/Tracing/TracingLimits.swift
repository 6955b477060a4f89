internal import CBPF
package import Spans

/// What a process may have at most.
package struct TracingLimits: Hashable, Sendable {
    package static let none = TracingLimits()

    /// Spans that it may begin in a second, and as many at once; what is more is lost, and counted. Nil for any.
    package var spansPerSecond: Double?
    /// Of each span.
    package var span: [SpanLimit: Int] = [:]

    package init() {}

    func apply(to settings: inout ns_process_settings) {
        settings.rates.1 = spansPerSecond.map(ns_rate.init(perSecond:)) ?? ns_rate()
    }
}
