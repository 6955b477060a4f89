import TestSupport
import Testing

extension EndToEnd {
    /// Its metrics. Built with Go 1.19, 1.24 and 1.27.
    @Suite struct `Debian's containerd` {
        @Test(arguments: DebianProgram.suites)
        func `has right spans`(suite: String) throws {
            let containerd = try Containerd(suite: suite)
            let base = "http://127.0.0.1:\(containerd.port)"
            try expectSpans(
                of: containerd.pid, name: "containerd",
                requests: [
                    CurlRequest(target: "/v1/metrics", status: 200),
                    CurlRequest(target: "/v1/metrics?name[]=go_threads", status: 200),
                    CurlRequest(method: "HEAD", target: "/v1/metrics", status: 200),
                    CurlRequest(target: "/nothing", status: 404),
                    CurlRequest(method: "DELETE", target: "/nothing/at/all", status: 404),
                ].map { (base, $0) },
                bursts: [Burst(generator: .wrk, base: base, path: "/v1/metrics")])
        }
    }
}
