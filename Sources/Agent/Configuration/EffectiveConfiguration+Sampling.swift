import Spans

extension EffectiveConfiguration {
    struct SamplerSetting: Encodable {
        struct Delegate: Encodable {
            let type: String
            let argument: String?
        }

        let type: String
        var argument: String?
        var root: Delegate?
        var remoteParentSampled: Delegate?
        var remoteParentNotSampled: Delegate?
        var localParentSampled: Delegate?
        var localParentNotSampled: Delegate?

        init(_ sampler: Sampler) {
            guard let own = sampler.own else {
                type = sampler.name.rawValue
                argument = sampler.name.takesRatio ? "\(sampler.ratio)" : sampler.remote?.text
                return
            }
            type = AgentConfiguration.parentBased
            root = Self.delegate(own.root)
            remoteParentSampled = Self.delegate(own.remoteParentSampled)
            remoteParentNotSampled = Self.delegate(own.remoteParentNotSampled)
            localParentSampled = Self.delegate(own.localParentSampled)
            localParentNotSampled = Self.delegate(own.localParentNotSampled)
        }

        private static func delegate(_ share: SampledShare) -> Delegate? {
            switch share {
            case .ratio(1): Delegate(type: Sampler.Name.alwaysOn.rawValue, argument: nil)
            case .ratio(0): Delegate(type: Sampler.Name.alwaysOff.rawValue, argument: nil)
            case .ratio(let ratio): Delegate(type: Sampler.Name.traceIDRatio.rawValue, argument: "\(ratio)")
            // No configuration has one.
            case .perSecond: nil
            }
        }
    }

    struct Limits: Encodable {
        let spansPerSecond: Double?
        let attributeValueLength: Int?
        let attributeCount: Int?
        let eventCount: Int?
        let linkCount: Int?
        let eventAttributeCount: Int?
        let linkAttributeCount: Int?

        /// Nil for none.
        init?(_ limits: TracingLimits) {
            if limits == .none { return nil }
            spansPerSecond = limits.spansPerSecond
            attributeValueLength = limits.span[.attributeValueLength]
            attributeCount = limits.span[.attributeCount]
            eventCount = limits.span[.eventCount]
            linkCount = limits.span[.linkCount]
            eventAttributeCount = limits.span[.eventAttributeCount]
            linkAttributeCount = limits.span[.linkAttributeCount]
        }
    }

    struct Redaction: Encodable {
        struct Attribute: Encodable {
            let key: String
            let action: String
        }

        struct Value: Encodable {
            let pattern: String
            let replacement: String
        }

        let query: [String]
        let attributes: [Attribute]?
        let values: [Value]?

        init(_ redaction: SpanRedaction) {
            query = redaction.query.further
            let attributes = redaction.attributes.map { Attribute(key: $0.key.text, action: $0.action.rawValue) }
            let values = redaction.values.map { Value(pattern: $0.pattern, replacement: $0.replacement) }
            self.attributes = attributes.isEmpty ? nil : attributes
            self.values = values.isEmpty ? nil : values
        }
    }
}
