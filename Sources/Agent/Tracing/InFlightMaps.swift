import BPFRuntime
import CBPF

/// The spans that have begun and not ended, of all kinds, and what refers to them.
struct InFlightMaps: ~Copyable, Sendable {
    private let httpServer: BPFMap<ns_goroutine, ns_http_in_flight>
    private let httpClient: BPFMap<ns_goroutine, ns_http_client_in_flight>
    private let grpcServer: BPFMap<ns_goroutine, ns_grpc_server_in_flight>
    private let grpcClient: BPFMap<ns_object, ns_grpc_client_in_flight>
    private let contexts: BPFMap<ns_object, ns_owner>
    private let outgoing: BPFMap<ns_object, ns_outgoing>

    init(of object: borrowing BPFObject) throws(BPFError) {
        // All before the first is kept.
        let httpServer: BPFMap<ns_goroutine, ns_http_in_flight> = try object.map("http_in_flight")
        let httpClient: BPFMap<ns_goroutine, ns_http_client_in_flight> = try object.map("http_client_in_flight")
        let grpcServer: BPFMap<ns_goroutine, ns_grpc_server_in_flight> = try object.map("grpc_server_in_flight")
        let grpcClient: BPFMap<ns_object, ns_grpc_client_in_flight> = try object.map("grpc_client_in_flight")
        let contexts: BPFMap<ns_object, ns_owner> = try object.map("contexts")
        let outgoing: BPFMap<ns_object, ns_outgoing> = try object.map("outgoing")
        self.httpServer = httpServer
        self.httpClient = httpClient
        self.grpcServer = grpcServer
        self.grpcClient = grpcClient
        self.contexts = contexts
        self.outgoing = outgoing
    }

    /// The process image of each span in flight.
    func images() throws(BPFError) -> [ns_process_image] {
        try httpServer.keys().map(\.process) + httpClient.keys().map(\.process) + grpcServer.keys().map(\.process)
            + grpcClient.keys().map(\.process)
    }

    /// Drops what an image has in flight, and tells how many spans that were; one that ends at this very moment may be among
    /// them.
    func remove(_ image: ns_process_image) throws(BPFError) -> (sampled: Int, unsampled: Int) {
        _ = try remove(image, from: contexts, by: \.process) { _ in nil }
        _ = try remove(image, from: outgoing, by: \.process) { _ in nil }
        let counts = [
            try remove(image, from: httpServer, by: \.process) { $0.record.span },
            try remove(image, from: httpClient, by: \.process) { $0.record.span },
            try remove(image, from: grpcServer, by: \.process) { $0.record.span },
            try remove(image, from: grpcClient, by: \.process) { $0.record.span },
        ]
        return (counts.reduce(0) { $0 + $1.sampled }, counts.reduce(0) { $0 + $1.unsampled })
    }

    private func remove<Key, Value>(
        _ image: ns_process_image, from map: borrowing BPFMap<Key, Value>, by process: (Key) -> ns_process_image,
        span: (Value) -> ns_span?
    ) throws(BPFError) -> (sampled: Int, unsampled: Int) {
        var (sampled, unsampled) = (0, 0)
        for key in try map.keys() where process(key).isSame(as: image) {
            let value = try map.value(of: key)
            guard try map.remove(key), let span = value.flatMap(span) else { continue }
            if span.flags & 1 != 0 { sampled += 1 } else { unsampled += 1 }
        }
        return (sampled, unsampled)
    }
}
