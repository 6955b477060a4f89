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

    func count() throws(BPFError) -> Int {
        try httpServer.count() + httpClient.count() + grpcServer.count() + grpcClient.count()
    }

    /// The process images that have spans in flight, each once or more.
    func images() throws(BPFError) -> [ns_process_image] {
        try httpServer.keys().map(\.process) + httpClient.keys().map(\.process) + grpcServer.keys().map(\.process)
            + grpcClient.keys().map(\.process)
    }

    /// Drops what an image has in flight. Returns how many spans that were; one that ends at this very moment may be among
    /// them.
    func remove(_ image: ns_process_image) throws(BPFError) -> Int {
        try remove(image, from: contexts, by: \.process)
        try remove(image, from: outgoing, by: \.process)
        return try remove(image, from: httpServer, by: \.process) + remove(image, from: httpClient, by: \.process)
            + remove(image, from: grpcServer, by: \.process) + remove(image, from: grpcClient, by: \.process)
    }

    @discardableResult
    private func remove<Key, Value>(
        _ image: ns_process_image, from map: borrowing BPFMap<Key, Value>, by process: (Key) -> ns_process_image
    ) throws(BPFError) -> Int {
        var count = 0
        for key in try map.keys() where process(key).isSame(as: image) {
            if try map.remove(key) { count += 1 }
        }
        return count
    }
}
