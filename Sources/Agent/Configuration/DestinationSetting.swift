package import OTLP

/// A receiver of spans.
package struct DestinationSetting: Hashable, Sendable {
    package var name: String
    package var endpoint: OTLPEndpoint
    package var headers: [OTLPHeader]
}
