import Testing

@testable import OTLP

@Suite struct `Proxies of the environment` {
    private func place(
        _ environment: [String: String], _ host: String = "collector.example", port: Int = 4317, isSecure: Bool = true
    ) throws -> String? {
        let proxy = try ProxySettings(environment: environment).proxy(for: host, port: port, isSecure: isSecure)
        return proxy.map { "\($0.host):\($0.port)" }
    }

    @Test func `are chosen by whether there is TLS`() throws {
        let both = ["HTTPS_PROXY": "http://safe:1", "HTTP_PROXY": "http://plain:2"]
        #expect(try place(both) == "safe:1")
        #expect(try place(both, isSecure: false) == "plain:2")
        #expect(try place(["HTTP_PROXY": "http://plain:2"]) == nil)
        #expect(try place([:]) == nil)
    }

    @Test func `go by upper case first, and ALL_PROXY last`() throws {
        #expect(try place(["HTTPS_PROXY": "upper:1", "https_proxy": "lower:1"]) == "upper:1")
        #expect(try place(["HTTPS_PROXY": "", "https_proxy": "lower:1"]) == "lower:1")
        #expect(try place(["ALL_PROXY": "all:1", "https_proxy": "lower:1"]) == "lower:1")
        #expect(try place(["all_proxy": "all:1"], isSecure: false) == "all:1")
    }

    @Test func `need no scheme, nor a port, and may have credentials`() throws {
        #expect(try place(["HTTPS_PROXY": "proxy"]) == "proxy:80")
        #expect(try place(["HTTPS_PROXY": "http://[::1]:3128/"]) == "::1:3128")
        let proxy = try ProxySettings(environment: ["HTTPS_PROXY": "http://Aladdin:open%20sesame@proxy:3128"])
            .proxy(for: "far", port: 443, isSecure: true)
        #expect(proxy?.credentials == Proxy.Credentials(user: "Aladdin", password: "open sesame"))
        #expect(proxy?.credentials?.basic == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")
    }

    @Test(arguments: ["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
    func `aren't for this machine itself`(host: String) throws {
        #expect(try place(["HTTPS_PROXY": "proxy"], host) == nil)
    }

    @Test(arguments: [
        ("*", "far.example", true), ("far.example", "far.example", true), ("far.example", "a.far.example", true),
        ("far.example", "notfar.example", false), (".far.example", "far.example", false),
        (".far.example", "a.far.example", true), ("*.far.example", "a.far.example", true),
        ("*.far.example", "far.example", false), ("FAR.example", "Far.Example", true),
        ("a, far.example ,b", "far.example", true), ("far.example:4317", "far.example", true),
        ("far.example:4318", "far.example", false), (",,", "far.example", false), (".", "far.example", false),
        ("10.1.2.3", "10.1.2.3", true), ("10.1.2.3:4317", "10.1.2.3", true), ("10.1.2.3:1", "10.1.2.3", false),
        ("10.1.2.3", "::ffff:10.1.2.3", true), ("10.0.0.0/8", "10.1.2.3", true), ("10.0.0.0/15", "10.1.2.3", true),
        ("10.0.0.0/16", "10.1.2.3", false), ("0.0.0.0/0", "10.1.2.3", true), ("10.0.0.0/8", "ten.example", false),
        ("10.0.0.0/33", "10.1.2.3", false), ("fd00::/8", "fd12::1", true), ("fd00::/8", "10.1.2.3", false),
        ("[fd12::1]:4317", "fd12::1", true), ("[fd12::1]:1", "fd12::1", false), ("fd12::1", "fd12:0::1", true),
    ])
    func `leave out what NO_PROXY names`(list: String, host: String, isLeftOut: Bool) throws {
        #expect(try place(["HTTPS_PROXY": "proxy", "NO_PROXY": list], host) == (isLeftOut ? nil : "proxy:80"))
        #expect(try place(["HTTPS_PROXY": "proxy", "no_proxy": list], host) == (isLeftOut ? nil : "proxy:80"))
    }

    @Test func `of no use are told of, without their passwords, where they would be used`() throws {
        for value in ["socks5://user:secret@proxy:1080", "https://user:secret@proxy", "http://user:secret@:99999"] {
            let environment = ["HTTPS_PROXY": value]
            #expect(try place(environment, "localhost") == nil)
            let error = #expect(throws: ProxySettingsError.self) { try place(environment) }
            let text = error.map { "\($0)" } ?? ""
            #expect(text.contains("HTTPS_PROXY") && text.contains("http://proxy.example:3128"))
            #expect(!text.contains("secret"))
        }
    }
}
