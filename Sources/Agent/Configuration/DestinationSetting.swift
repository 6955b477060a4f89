package import OTLP

/// A receiver of spans.
package struct DestinationSetting: Hashable, Sendable {
    package var name: String
    package var endpoint: OTLPEndpoint
    package var headers: [OTLPHeader]
    /// A pod has named it, which may not reach all that the agent does.
    package var isOfPod = false
}
