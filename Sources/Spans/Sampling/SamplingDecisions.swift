internal import CBPF

/// What a sampler does about a span, by its parent (OpenTelemetry specification, Tracing SDK, "ParentBased").
package struct SamplingDecisions: Hashable, Sendable {
    package var root: SampledShare
    package var remoteParentSampled = SampledShare.all
    package var remoteParentNotSampled = SampledShare.none
    package var localParentSampled = SampledShare.all
    package var localParentNotSampled = SampledShare.none

    /// Those of a sampler that follows parents.
    package init(root: SampledShare) {
        self.root = root
    }

    /// Those of a sampler that decides for itself where a trace enters a process. Within the process, spans go with their
    /// parents, so that traces stay whole.
    package init(wherever share: SampledShare) {
        self.init(root: share)
        remoteParentSampled = share
        remoteParentNotSampled = share
    }

    /// By `enum ns_sampling_case`.
    private var all: [SampledShare] {
        [root, remoteParentSampled, remoteParentNotSampled, localParentSampled, localParentNotSampled]
    }

    /// Sets the sampling fields of a process's settings, and leaves the others alone.
    func apply(to settings: inout ns_process_settings) {
        let bounds = all.map(\.bound)
        settings.sampling_bound = (bounds[0], bounds[1], bounds[2], bounds[3], bounds[4])
        let limits = all.compactMap { if case .perSecond(let count) = $0 { count } else { nil } }
        settings.rates.0 = limits.first.map(ns_rate.init(perSecond:)) ?? ns_rate()
    }
}
