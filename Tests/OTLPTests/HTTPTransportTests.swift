import Glibc
import Spans
import TestSupport
import Testing

@testable import OTLP

/// Attempts at real servers, most of which are no good.
@Suite(.timeLimit(.minutes(1))) struct `An HTTP attempt` {
    private func outcome(_ url: String) async throws -> DeliveryOutcome {
        var encoder = TraceRequestEncoder()
        encoder.add(sampleSpan(of: .named("shop")))
        let transport = HTTPTransport(Receiver(endpoint: try OTLPEndpoint(url)), userAgent: "nodespan/test")
        let outcome = await transport.send(encoder.finish())
        await transport.shutdown()
        return outcome
    }

    @Test func `is what its answer says`() async throws {
        let expected: [(answer: String, outcome: DeliveryOutcome)] = [
            ("ok", .accepted(PartialSuccess())),
            ("partial:3:too old", .accepted(PartialSuccess(rejected: 3, message: "too old"))),
            ("after:429:7", .unavailable(reason: "HTTP 429", retryAfter: .seconds(7), mayHaveArrived: false)),
            ("status:503:full", .unavailable(reason: "HTTP 503: full", mayHaveArrived: false)),
            ("status:502", .unavailable(reason: "HTTP 502", mayHaveArrived: true)),
            ("status:504", .unavailable(reason: "HTTP 504", mayHaveArrived: true)),
            ("status:400:why", .refused(reason: "HTTP 400: why")),
            ("status:413:why", .refused(reason: "HTTP 413: why")),
            ("status:500:why", .refused(reason: "HTTP 500: why")), ("status:501", .refused(reason: "HTTP 501")),
            ("status:301", .refused(reason: "HTTP 301")),
        ]
        let collector = try Collector(expected.map(\.answer))
        for (answer, outcome) in expected {
            #expect(try await self.outcome(collector.url) == outcome, "\(answer)")
        }
    }

    @Test func `names the remedy where there is one`() async throws {
        let collector = try Collector(["status:401", "status:404"])
        for word in ["OTEL_EXPORTER_OTLP_HEADERS, --otlp-header", "URL"] {
            guard case .refused(let reason) = try await outcome(collector.url) else {
                Issue.record("no refusal")
                continue
            }
            #expect(reason.contains(word))
        }
    }

    @Test func `isn't fooled by what is no collector`() async throws {
        let answers = ["html", "garbage", "huge"]
        let collector = try Collector(answers)
        for answer in answers {
            guard case .unconfirmed(let reason) = try await outcome(collector.url) else {
                Issue.record("\(answer) was taken for success")
                continue
            }
            #expect(reason.hasPrefix("HTTP 200 with"))
        }
    }

    @Test func `may have got through to a server that doesn't answer by HTTP`() async throws {
        let answers = ["nonsense", "close"]
        let collector = try Collector(answers)
        for answer in answers {
            guard case .unavailable(let reason, nil, true) = try await outcome(collector.url) else {
                Issue.record("\(answer) was taken for an answer")
                continue
            }
            #expect(!reason.isEmpty)
        }
    }

    @Test func `ends when it is cancelled`() async throws {
        var collector = try Collector(["hang", "drip"])
        for number in 1...2 {
            let transport = HTTPTransport(
                Receiver(endpoint: try OTLPEndpoint(collector.url)), userAgent: "nodespan/test")
            let outcome = try await withThrowingTaskGroup(of: DeliveryOutcome.self) { group in
                group.addTask { await transport.send([]) }
                #expect(try collector.requests(atLeast: number).count == number)
                group.cancelAll()
                return try await group.next()
            }
            await transport.shutdown()
            guard case .unavailable = outcome else {
                Issue.record("\(String(describing: outcome))")
                continue
            }
        }
    }

    @Test func `fails in plain words where nobody listens, or nobody is`() async throws {
        var collector = try Collector()
        let url = collector.url
        collector.kill()
        #expect(
            try await outcome(url) == .unavailable(reason: "connection refused", mayHaveArrived: false))
        guard case .unavailable(let reason, nil, false) = try await outcome("http://nobody.invalid:4318") else {
            Issue.record("a host that isn't there was reached")
            return
        }
        #expect(reason.hasPrefix("nobody.invalid: "))
    }

    @Test func `by TLS doesn't go to a server that has none`() async throws {
        let collector = try Collector()
        guard case .unavailable(let reason, nil, _) = try await outcome("https://127.0.0.1:\(collector.port)") else {
            Issue.record("no TLS, and yet an answer")
            return
        }
        #expect(reason.hasPrefix("TLS: "))
    }

    @Test func `by TLS goes to a server that is trusted, and to no other`() async throws {
        let folder = try TemporaryFolder()
        let pem = "\(folder.path)/server.pem"
        let made = try Command.run([
            "/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", pem, "-out", "\(folder.path)/certificate.pem", "-days", "2", "-subj", "/CN=collector", "-addext",
            "subjectAltName=IP:127.0.0.1",
        ])
        #expect(made.code == 0)
        let certificate = "\(folder.path)/certificate.pem"
        try writeFile(pem, readFile(pem) + readFile(certificate))
        var collector = try Collector(certificate: pem)
        let url = "https://127.0.0.1:\(collector.port)"
        #expect(
            try await outcome(url)
                == .unavailable(
                    reason: "TLS: the certificate is not signed by an authority that is trusted, or out of date",
                    mayHaveArrived: false))

        var receiver = Receiver(endpoint: try OTLPEndpoint(url))
        receiver.tls = TLSSettings(
            authorities: .file(TLSFile(path: certificate, place: "") { try readFile(certificate) }))
        let transport = HTTPTransport(receiver, userAgent: "nodespan/test")
        #expect(await transport.send([]) == .accepted(PartialSuccess()))
        await transport.shutdown()
        #expect(try collector.requests(atLeast: 1).count == 1)
    }

    @Test func `by TLS shows the certificate that it is given, and trusts the authority that it is given`() async throws
    {
        let folder = try TemporaryFolder()
        let files = try SelfSignedCertificate(in: folder.path)
        let (certificate, key) = (try readFile(files.certificate), try readFile(files.key))
        try writeFile("\(folder.path)/both.pem", certificate + key)
        let collector = try Collector(certificate: "\(folder.path)/both.pem", isMutual: true)
        let endpoint = try OTLPEndpoint("https://127.0.0.1:\(collector.port)")
        for (tls, isWelcome) in [
            (
                TLSSettings(
                    authorities: .bytes(certificate), certificate: .bytes(certificate), key: .bytes(key)), true
            ),
            (TLSSettings(authorities: .bytes(certificate)), false),
            (TLSSettings(certificate: .bytes(certificate), key: .bytes(key)), false),
        ] {
            var receiver = Receiver(endpoint: endpoint)
            receiver.tls = tls
            let transport = HTTPTransport(receiver, userAgent: "nodespan/test")
            #expect((await transport.send([]) == .accepted(PartialSuccess())) == isWelcome)
            await transport.shutdown()
        }
        func expect(_ error: TLSMaterialError, _ contents: [[UInt8]?]) {
            let contents = contents.map { $0.map(TLSContents.of) }
            #expect(throws: error) {
                try TLSMaterial(authorities: contents[0], certificate: contents[1], key: contents[2])
            }
        }
        expect(.half, [nil, certificate, nil])
        expect(.key, [nil, certificate, [1]])
        expect(.authorities, [key, nil, nil])
        expect(.certificate, [nil, [], key])
    }

    @Test(arguments: [ExportProtocol.httpProtobuf, .httpJSON])
    func `by gzip is shorter, and says the same`(speech: ExportProtocol) async throws {
        let spans = (1...100).map { fullSpan($0, of: .named("shop")) }
        var collector = try Collector()
        var receiver = Receiver(endpoint: try OTLPEndpoint(collector.url, protocol: speech))
        for compression in [Receiver.Compression.none, .gzip] {
            receiver.compression = compression
            let target = SpanTarget.receiver(receiver)
            var encoder = target.makeEncoder()
            for span in spans { encoder.add(span) }
            let transport = target.makeTransport(userAgent: "nodespan/test")
            #expect(await transport.send(encoder.finish()) == .accepted(PartialSuccess()))
            await transport.shutdown()
        }
        let requests = try collector.requests(atLeast: 2)
        #expect(requests.map { $0.headers["content-encoding"] } == [nil, "gzip"])
        #expect(requests[0].wire == requests[0].bytes && requests[1].wire < requests[1].bytes / 10)
        #expect(requests[0].spans.map(\.span) == requests[1].spans.map(\.span) && requests[1].spans.count == 100)
    }

    @Test func `goes to a Unix socket, to IPv6 and to a name`() async throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/the collector's.sock"
        var socket = try Collector(socketPath: path)
        var six = try Collector(address: "::1")
        let named = try Collector()
        for url in [socket.url, six.url, "http://localhost:\(named.port)"] {
            let endpoint = try OTLPEndpoint(url.replacing(" ", with: "%20"), protocol: .httpProtobuf)
            let transport = HTTPTransport(Receiver(endpoint: endpoint), userAgent: "nodespan/test")
            #expect(await transport.send([]) == .accepted(PartialSuccess()), "\(url)")
            await transport.shutdown()
        }
        let request = try #require(try socket.requests(atLeast: 1).first)
        #expect(request.path == "/v1/traces" && request.headers["host"] == "localhost")
        #expect(try six.requests(atLeast: 1).first?.headers["host"] == "[::1]:\(six.port)")
    }

    @Test func `ends when its time is over`() async throws {
        let collector = try Collector(["hang", "drip"])
        var receiver = Receiver(endpoint: try OTLPEndpoint(collector.url))
        receiver.timeout = .milliseconds(500)
        #expect(receiver.attemptLimit > receiver.timeout)
        let transport = HTTPTransport(receiver, userAgent: "nodespan/test")
        for _ in 1...2 {
            #expect(await transport.send([]) == .unavailable(reason: "no answer in time", mayHaveArrived: true))
        }
        await transport.shutdown()
    }

    @Test func `hasn't got through where there is no socket, or no end to the handshake`() async throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/none.sock"
        let nothing = HTTPTransport(
            Receiver(endpoint: try OTLPEndpoint("unix:\(path)", protocol: .httpProtobuf)), userAgent: "nodespan/test")
        #expect(
            await nothing.send([]) == .unavailable(reason: "no such file or directory", mayHaveArrived: false))
        await nothing.shutdown()
        let silence = try SilentListener()
        guard case .unavailable(let reason, nil, false) = try await outcome("https://127.0.0.1:\(silence.port)") else {
            Issue.record("silence was taken for TLS")
            return
        }
        #expect(reason.hasSuffix("in time"), "\(reason)")
    }

    @Test func `of JSON is what its answer says, in JSON too`() async throws {
        let expected: [(answer: String, outcome: DeliveryOutcome)] = [
            ("ok", .accepted(PartialSuccess())),
            ("partial:3:too old", .accepted(PartialSuccess(rejected: 3, message: "too old"))),
            ("status:503:full", .unavailable(reason: "HTTP 503: full", mayHaveArrived: false)),
            ("status:400:why", .refused(reason: "HTTP 400: why")),
        ]
        let collector = try Collector(expected.map(\.answer))
        let endpoint = try OTLPEndpoint(collector.url, protocol: .httpJSON)
        let transport = HTTPTransport(Receiver(endpoint: endpoint), userAgent: "nodespan/test")
        for (answer, outcome) in expected {
            #expect(await transport.send(Array("{}".utf8)) == outcome, "\(answer)")
        }
        await transport.shutdown()
    }

    @Test(
        arguments: [
            ("{}", PartialSuccess()), (#"{"partialSuccess":null,"more":[1]}"#, PartialSuccess()),
            (
                #"{"partialSuccess":{"rejectedSpans":"7","errorMessage":"a"}}"#,
                PartialSuccess(rejected: 7, message: "a")
            ),
            (#"{"partialSuccess":{"rejectedSpans":7}}"#, PartialSuccess(rejected: 7)),
            (#"{"partialSuccess":{"rejectedSpans":"-7"}}"#, PartialSuccess()), ("[]", nil), ("", nil), ("{", nil),
            (#"{"partialSuccess":{"rejectedSpans":"many"}}"#, nil), (#"{"partialSuccess":3}"#, nil),
            (String(repeating: "[", count: 30_000), nil),
        ])
    func `reads JSON of any kind`(text: String, partial: PartialSuccess?) {
        #expect((try? PartialSuccess(decodingJSON: Array(text.utf8))) == partial)
    }

    @Test func `goes through a proxy by CONNECT, with credentials, in plain text and by TLS`() async throws {
        let folder = try TemporaryFolder()
        let files = try SelfSignedCertificate(in: folder.path, for: "DNS:collector.example")
        for isSecure in [false, true] {
            let collector = try Collector(certificate: isSecure ? files.both : nil)
            let proxy = try ProxyProcess(port: collector.port, mode: "Basic dXNlcjpzZWNyZXQ=")
            var receiver = Receiver(endpoint: try OTLPEndpoint("http\(isSecure ? "s" : "")://collector.example:4318"))
            receiver.tls = TLSSettings(authorities: .bytes(try readFile(files.certificate)))
            func outcome(_ proxy: String) async -> DeliveryOutcome {
                let proxies = ProxySettings(environment: [isSecure ? "HTTPS_PROXY" : "HTTP_PROXY": proxy])
                let transport = HTTPTransport(
                    receiver, userAgent: "nodespan/test",
                    places: HTTPPlaces(receiver, judge: nil, proxies: proxies))
                let outcome = await transport.send([])
                await transport.shutdown()
                return outcome
            }
            #expect(await outcome("http://user:secret@127.0.0.1:\(proxy.port)") == .accepted(PartialSuccess()))
            #expect(try proxy.asked() == "collector.example:4318")
            #expect(
                await outcome("127.0.0.1:\(proxy.port)")
                    == .unavailable(reason: "the proxy wants credentials, or others", mayHaveArrived: false))
            let refusing = try ProxyProcess(port: collector.port, mode: "refuse")
            #expect(
                await outcome("127.0.0.1:\(refusing.port)")
                    == .unavailable(reason: "the proxy makes no connection to there", mayHaveArrived: false))
            for mode in ["close", "garbage"] {
                let useless = try ProxyProcess(port: collector.port, mode: mode)
                guard case .unavailable = await outcome("127.0.0.1:\(useless.port)") else {
                    Issue.record("\(mode) was of use")
                    continue
                }
            }
        }
    }

    @Test func `uses no proxy for what a pod names, and tells of one that can't be used`() async throws {
        let collector = try Collector()
        let receiver = Receiver(endpoint: try OTLPEndpoint("http://127.1:\(collector.port)"))
        let proxies = ProxySettings(environment: ["HTTP_PROXY": "socks5://127.0.0.1:1"])
        let anything: @Sendable (String) -> String? = { _ in nil }
        let cases: [((@Sendable (String) -> String?)?, Bool)] = [(anything, true), (nil, false)]
        for (judge, isTaken) in cases {
            let transport = HTTPTransport(
                receiver, userAgent: "nodespan/test", places: HTTPPlaces(receiver, judge: judge, proxies: proxies))
            let outcome = await transport.send([])
            await transport.shutdown()
            if isTaken {
                #expect(outcome == .accepted(PartialSuccess()))
            } else if case .refused(let reason) = outcome {
                #expect(reason.contains("HTTP_PROXY"))
            } else {
                Issue.record("\(outcome)")
            }
        }
    }

    @Test(.enabled(if: geteuid() == 0, "makes a network namespace: needs root"))
    func `goes to a pod's own loopback, by either kind of address, and to nothing else there`() async throws {
        let network = try NamedNetwork()
        for address in ["127.0.0.1", "::1"] {
            var collector = try Collector(address: address, network: network.name)
            let host = address == "::1" ? "[::1]" : address
            for name in ["localhost", host] {
                var receiver = Receiver(endpoint: try OTLPEndpoint("http://\(name):\(collector.port)"))
                receiver.network = try network.open()
                let transport = HTTPTransport(receiver, userAgent: "nodespan/test")
                #expect(await transport.send([]) == .accepted(PartialSuccess()), "\(name) at \(address)")
                await transport.shutdown()
            }
            #expect(try collector.requests(atLeast: 2).count == 2)
        }
        var receiver = Receiver(endpoint: try OTLPEndpoint("http://collector.example:4318"))
        receiver.network = try network.open()
        let transport = HTTPTransport(receiver, userAgent: "nodespan/test")
        guard case .refused(let reason) = await transport.send([]) else {
            Issue.record("a name was looked up")
            return
        }
        #expect(reason.contains("only localhost"))
        await transport.shutdown()
    }
}
