package import OTLP

/// A receiver of spans.
package struct DestinationSetting: Hashable, Sendable {
    package var name: String
    package var endpoint: OTLPEndpoint
    package var headers: [OTLPHeader]
    /// The addresses of its host are to be judged: a pod has named it, which may not reach all that the agent does.
    package var isJudged = false
}
