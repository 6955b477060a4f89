package import OTLP

/// A receiver of spans.
package struct DestinationSetting: Hashable, Sendable {
    package var name: String
    package var endpoint: OTLPEndpoint
    package var headers: [OTLPHeader]
    /// What a connection by TLS is made with; nil for the system's authorities.
    package var material: TLSMaterial?
    /// The addresses of its host are to be judged: a pod has named it, which may not reach all that the agent does.
    package var isJudged = false
}
