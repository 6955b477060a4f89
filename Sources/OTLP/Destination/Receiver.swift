/// A receiver of spans on a network, and how it is reached: what is the same for two workloads has them share one pipeline.
package struct Receiver: Hashable, Sendable {
    package enum Compression: String, CaseIterable, Sendable {
        case none
        case gzip
    }

    package var endpoint: OTLPEndpoint
    package var headers: [OTLPHeader]
    package var compression = Compression.none
    /// For one attempt, answer included.
    package var timeout = Duration.seconds(10)
    /// Nil for the system's authorities, and no certificate to show.
    package var tls: TLSSettings?
    /// In which it is; nil for this process's own.
    package var network: NetworkNamespace?

    /// The exporter's limit for one attempt: beyond the transport's own, whose word on what came of it says more.
    package var attemptLimit: Duration { timeout + .seconds(1) }

    package init(endpoint: OTLPEndpoint, headers: [OTLPHeader] = []) {
        self.endpoint = endpoint
        self.headers = headers
    }
}
