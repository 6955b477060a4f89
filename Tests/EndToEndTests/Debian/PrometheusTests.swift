import TestSupport
import Testing

extension EndToEnd {
    /// Built with Go 1.19, 1.24 and 1.27.
    @Suite struct `Debian's prometheus` {
        @Test(arguments: DebianProgram.suites)
        func `has right spans`(suite: String) throws {
            let prometheus = try Prometheus(suite: suite, isSecure: false)
            let healthy = "/-/healthy"
            try expectSpans(
                of: prometheus.pid, name: "prometheus",
                requests: [
                    CurlRequest(target: healthy, status: 200),
                    CurlRequest(target: "/metrics", status: 200),
                    CurlRequest(target: "/api/v1/query?query=up", status: 200),
                    CurlRequest(target: "/api/v1/query?query=%29", status: 400),
                    CurlRequest(method: "POST", target: "/api/v1/labels", body: "match[]=up", status: 200),
                    CurlRequest(target: "/api/v1/nothing", status: 404),
                    CurlRequest(method: "PUT", target: "/api/v1/status/flags", status: 405),
                    CurlRequest(method: "OPTIONS", target: "/api/v1/rules", status: 204),
                    CurlRequest(target: "/", status: 302),
                    CurlRequest(method: "POST", target: "/-/quit", status: 403),
                ].map { ("http://127.0.0.1:\(prometheus.port)", $0) },
                bursts: [Burst(generator: .wrk, base: "http://127.0.0.1:\(prometheus.port)", path: healthy)])
        }

        @Test(arguments: DebianProgram.suites)
        func `has right spans with TLS`(suite: String) throws {
            let prometheus = try Prometheus(suite: suite, isSecure: true)
            let base = "https://127.0.0.1:\(prometheus.port)"
            // Built with Go 1.27, it agrees on HTTP/1.1 only.
            let isHTTP2 = suite != "sid"
            let wire = isHTTP2 ? CurlRequest.Wire.http2 : .http1
            try expectSpans(
                of: prometheus.pid, name: "prometheus",
                requests: [
                    CurlRequest(wire: wire, target: "/-/ready", status: 200),
                    CurlRequest(wire: wire, target: "/api/v1/query?query=%29", status: 400),
                    CurlRequest(wire: wire, method: "POST", target: "/api/v1/labels", body: "match[]=up", status: 200),
                    CurlRequest(wire: wire, target: "/api/v1/nothing", status: 404),
                    CurlRequest(wire: wire, method: "HEAD", target: "/", status: 405),
                    CurlRequest(target: "/api/v1/status/buildinfo", status: 200),
                ].map { (base, $0) },
                bursts: [Burst(generator: isHTTP2 ? .h2load : .h2loadHTTP1, base: base, path: "/-/ready")])
        }
    }
}

/// A running prometheus with nothing to scrape.
private struct Prometheus: ~Copyable {
    private let process: ChildProcess
    private let folder: TemporaryFolder
    let port: UInt16

    init(suite: String, isSecure: Bool) throws {
        let folder = try TemporaryFolder()
        var secure: [String] = []
        try writeFile("\(folder.path)/prometheus.yml", Array("global: {}\n".utf8))
        if isSecure {
            let certificate = try SelfSignedCertificate(in: folder.path)
            let web = """
                tls_server_config:
                  cert_file: \(certificate.certificate)
                  key_file: \(certificate.key)
                """
            try writeFile("\(folder.path)/web.yml", Array(web.utf8))
            secure = ["--web.config.file=\(folder.path)/web.yml"]
        }
        let port = try DebianProgram.freePort()
        let process = try DebianProgram.start(
            [
                try DebianProgram.path("prometheus", of: "prometheus", suite: suite),
                "--config.file=\(folder.path)/prometheus.yml", "--storage.tsdb.path=\(folder.path)/data",
                "--web.listen-address=127.0.0.1:\(port)", "--web.console.templates=/nonexistent",
                "--web.console.libraries=/nonexistent",
            ] + secure, ready: "Server is ready to receive web requests")
        self.process = process
        self.folder = folder
        self.port = port
    }

    var pid: Int32 { process.pid }
}
