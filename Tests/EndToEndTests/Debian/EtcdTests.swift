import TestSupport
import Testing

extension EndToEnd {
    /// Built with Go 1.19, 1.24 and 1.26.
    @Suite struct `Debian's etcd` {
        @Test(arguments: DebianProgram.suites)
        func `has right spans`(suite: String) throws {
            let etcd = try Etcd(suite: suite)
            let base = "http://127.0.0.1:\(etcd.port)"
            try expectSpans(
                of: etcd.pid, name: "etcd",
                requests: [
                    CurlRequest(target: "/health", status: 200),
                    CurlRequest(target: "/version?pretty", status: 200),
                    CurlRequest(target: "/metrics", status: 200),
                    CurlRequest(target: "/nothing", status: 404),
                    CurlRequest(method: "PUT", target: "/health", body: "", status: 405),
                    // The gateway from JSON to gRPC.
                    CurlRequest(
                        method: "POST", target: "/v3/kv/put", body: #"{"key":"Zm9v","value":"YmFy"}"#, status: 200),
                    CurlRequest(method: "POST", target: "/v3/kv/range", body: #"{"key":"Zm9v"}"#, status: 200),
                    CurlRequest(method: "POST", target: "/v3/kv/range", body: "{", status: 400),
                ].map { (base, $0) },
                calls: 2,
                bursts: [
                    Burst(generator: .wrk, base: base, path: "/version"),
                    Burst(generator: .h2loadHTTP1, base: base, path: "/version"),
                ])
        }
    }
}
