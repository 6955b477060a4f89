package import CBPF

/// How many of the traces are kept that a sampler decides about.
package enum SampledShare: Hashable, Sendable {
    /// From 0, none, to 1, all: by the trace id, as OpenTelemetry's TraceIdRatioBased sampler has it.
    case ratio(Double)
    /// At most so many in a second.
    case perSecond(Double)

    package static let all = SampledShare.ratio(1)
    package static let none = SampledShare.ratio(0)

    /// What BPF decides by: ratio * 2^63, rounded towards zero.
    package var bound: UInt64 {
        switch self {
        case .ratio(let ratio): UInt64(ratio * 0x1p63)
        case .perSecond(let count): count > 0 ? NS_SAMPLING_RATE_LIMITED : 0
        }
    }
}

extension ns_rate {
    /// - Parameter perSecond: tokens; as many gather as come in a second, and one at least.
    package init(perSecond: Double) {
        let second = 1e9
        // 30 years suffice, and leave room to add.
        let interval = max(1, min(second / max(perSecond, .leastNormalMagnitude), second * 1e9)).rounded()
        self.init(interval_ns: UInt64(interval), burst_ns: UInt64(max(second, interval)))
    }
}

extension SampledShare: CustomStringConvertible {
    package var description: String {
        switch self {
        case .ratio(let ratio): "a share of \(ratio) of the traces"
        case .perSecond(let count): "at most \(count) traces a second"
        }
    }
}
