internal import CBPF

/// What one process may have of what all share: of the spans in flight, and of the ring of finished ones.
package struct ProcessQuota: Sendable {
    /// All of it.
    package static let whole = ProcessQuota(inFlightPart: 0, ringPart: 0)
    /// Where others are to have room beside it: a quarter of each map of spans in flight, and of a ring that is half full,
    /// twice an eighth.
    package static let shared = ProcessQuota(inFlightPart: 4, ringPart: 8)

    /// One in so many; 0 for all.
    let inFlightPart: UInt32
    let ringPart: UInt64

    func apply(to settings: inout ns_process_settings) {
        guard inFlightPart > 0, ringPart > 0 else { return }
        let http = UInt32(NS_HTTP_IN_FLIGHT_MAX) / inFlightPart
        let httpClient = UInt32(NS_HTTP_CLIENT_IN_FLIGHT_MAX) / inFlightPart
        let grpc = UInt32(NS_GRPC_IN_FLIGHT_MAX) / inFlightPart
        // By `enum ns_in_flight_kind`.
        settings.in_flight_max = (http, httpClient, grpc, grpc)
        settings.ring_max = UInt64(NS_SPAN_RING_BYTES) / ringPart
    }
}
