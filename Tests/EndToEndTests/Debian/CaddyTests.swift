import TestSupport
import Testing

extension EndToEnd {
    /// Built with Go 1.19, 1.24 and 1.26.
    @Suite struct `Debian's caddy` {
        @Test(arguments: DebianProgram.suites)
        func `has right spans`(suite: String) throws {
            let caddy = try Caddy(suite: suite)
            let plain = "http://127.0.0.1:\(caddy.port)"
            let secure = "https://127.0.0.1:\(caddy.securePort)"
            let requests: [(base: String, request: CurlRequest)] = [
                CurlRequest(target: "/hello", status: 200),
                CurlRequest(target: "/hello?a=1&b=2", status: 200),
                CurlRequest(method: "HEAD", target: "/hello", status: 200),
                CurlRequest(method: "POST", target: "/teapot", status: 418),
                CurlRequest(target: "/old", status: 301),
                CurlRequest(target: "/files/some", status: 200),
                CurlRequest(target: "/files/nothing", status: 404),
                CurlRequest(target: "/nothing", status: 404),
            ].flatMap { request in
                [(plain, CurlRequest.Wire.http1), (plain, .http2PriorKnowledge), (secure, .http1), (secure, .http2)]
                    .map { base, wire in
                        var request = request
                        request.wire = wire
                        return (base, request)
                    }
            }
            try expectSpans(
                of: caddy.pid, name: "caddy", requests: requests,
                bursts: [
                    Burst(generator: .wrk, base: secure, path: "/hello"),
                    Burst(generator: .h2loadHTTP1, base: plain, path: "/hello"),
                    Burst(generator: .h2load, base: secure, path: "/hello"),
                    Burst(generator: .h2loadPriorKnowledge, base: plain, path: "/hello"),
                ],
                // Until net/http itself could do without TLS, from Go 1.24 on, a handler took such connections over.
                prefacesAreHandled: suite != "sid")
        }
    }
}

/// A running caddy that serves HTTP/1 and HTTP/2 on two ports, without TLS and with a certificate of its own.
private struct Caddy: ~Copyable {
    private let process: ChildProcess
    private let folder: TemporaryFolder
    let port: UInt16
    let securePort: UInt16

    init(suite: String) throws {
        let folder = try TemporaryFolder()
        let port = try DebianProgram.freePort()
        let securePort = try DebianProgram.freePort()
        let configuration = """
            {
            	admin off
            	auto_https disable_redirects
            	local_certs
            	skip_install_trust
            	servers {
            		protocols h1 h2 h2c
            	}
            }
            (site) {
            	respond /hello "hello"
            	respond /teapot 418
            	redir /old /new 301
            	handle_path /files/* {
            		root * \(folder.path)
            		file_server
            	}
            	respond 404
            }
            http://127.0.0.1:\(port) {
            	import site
            }
            https://127.0.0.1:\(securePort) {
            	tls internal
            	import site
            }
            """
        try writeFile("\(folder.path)/some", [UInt8](repeating: 0x78, count: 100_000))
        try writeFile("\(folder.path)/config", Array(configuration.utf8))
        let process = try DebianProgram.start(
            [
                try DebianProgram.path("caddy", of: "caddy", suite: suite), "run", "--adapter", "caddyfile",
                "--config", "\(folder.path)/config",
            ], ready: "serving initial configuration",
            environment: [
                "HOME": folder.path, "XDG_CONFIG_HOME": folder.path, "XDG_DATA_HOME": folder.path,
            ])
        self.process = process
        self.folder = folder
        self.port = port
        self.securePort = securePort
    }

    var pid: Int32 { process.pid }
}
