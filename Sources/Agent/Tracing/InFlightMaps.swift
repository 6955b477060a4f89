import BPFRuntime
import CBPF

/// The spans that have begun and not ended, of all kinds.
struct InFlightMaps: ~Copyable, Sendable {
    private let httpServer: BPFMap<ns_goroutine, ns_http_in_flight>
    private let httpClient: BPFMap<ns_goroutine, ns_http_client_in_flight>
    private let grpcServer: BPFMap<ns_goroutine, ns_grpc_server_in_flight>
    private let grpcClient: BPFMap<ns_object, ns_grpc_client_in_flight>

    init(of object: borrowing BPFObject) throws(BPFError) {
        // All before the first is kept.
        let httpServer: BPFMap<ns_goroutine, ns_http_in_flight> = try object.map("http_in_flight")
        let httpClient: BPFMap<ns_goroutine, ns_http_client_in_flight> = try object.map("http_client_in_flight")
        let grpcServer: BPFMap<ns_goroutine, ns_grpc_server_in_flight> = try object.map("grpc_server_in_flight")
        let grpcClient: BPFMap<ns_object, ns_grpc_client_in_flight> = try object.map("grpc_client_in_flight")
        self.httpServer = httpServer
        self.httpClient = httpClient
        self.grpcServer = grpcServer
        self.grpcClient = grpcClient
    }

    func count() throws(BPFError) -> Int {
        try httpServer.count() + httpClient.count() + grpcServer.count() + grpcClient.count()
    }
}
