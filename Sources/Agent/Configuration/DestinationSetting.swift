package import OTLP

/// A receiver of spans.
package struct DestinationSetting: Hashable, Sendable {
    package var name: String
    package var endpoint: OTLPEndpoint
    package var headers: [OTLPHeader]
    /// What a connection by TLS is made with; nil for the system's authorities.
    package var material: TLSMaterial?
    /// By which the addresses of its host are judged: a pod or a process has named it, which may not reach all that the agent
    /// does. Nil for what the operator has named.
    package var policy: AddressPolicy?
}
