import TestSupport
import Testing

@testable import Workloads

@Suite struct `An answer of the API server` {
    @Test(.timeLimit(.minutes(1))) func `is given up after its time, however it comes`() async throws {
        let cluster = try ClusterStandIn()
        let server = APIServer(
            try ClusterAccess.kubeconfig(cluster.kubeconfig()), userAgent: "test", objectLimit: .seconds(1))
        try cluster.control("{\"answer\": \"trickle\"}")
        let failure = await #expect(throws: APIFailure.self) {
            _ = try await server.get("/api/v1/namespaces/shop/secrets/s", limit: 1 << 20)
        }
        #expect(failure.map { "\($0)" } == "the API server can't be reached: no answer within its time")
        await server.shutdown()
    }
}
