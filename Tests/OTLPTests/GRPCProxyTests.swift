import TestSupport
import Testing

@testable import OTLP

/// Receivers behind a proxy.
@Suite(.timeLimit(.minutes(2))) struct `gRPC through a proxy` {
    private static let done = DeliveryOutcome.accepted(PartialSuccess())

    @Test func `goes by CONNECT, with credentials, in plain text and by TLS`() async throws {
        let folder = try TemporaryFolder()
        let files = try SelfSignedCertificate(in: folder.path, for: "DNS:collector.example")
        for isSecure in [false, true] {
            let collector = try Collector(speaks: .grpc, certificate: isSecure ? files.both : nil)
            let proxy = try ProxyProcess(port: collector.port, mode: "Basic dXNlcjpzZWNyZXQ=")
            var receiver = Receiver(
                endpoint: try OTLPEndpoint("grpc\(isSecure ? "s" : "")://collector.example:4317"))
            receiver.tls = TLSSettings(authorities: .bytes(try readFile(files.certificate)))
            let variable = isSecure ? "HTTPS_PROXY" : "HTTP_PROXY"
            let environment = [variable: "http://user:secret@127.0.0.1:\(proxy.port)"]
            #expect(try await GRPCRun.outcome(receiver, environment: environment) == Self.done)
            #expect(try proxy.asked() == "collector.example:4317")
            guard
                case .unavailable(let reason, nil, false) = try await GRPCRun.outcome(
                    receiver, environment: [variable: "127.0.0.1:\(proxy.port)"])
            else {
                Issue.record("no credentials were needed")
                continue
            }
            #expect(reason.contains("the proxy wants credentials"))
        }
    }

    @Test func `fails in plain words`() async throws {
        let receiver = Receiver(endpoint: try OTLPEndpoint("grpc://collector.example:4317"))
        for (mode, words) in [
            ("refuse", "the proxy refuses the connection: HTTP 403"), ("garbage", "doesn't answer by HTTP"),
            ("close", "the proxy has closed the connection"), ("long", "doesn't answer by HTTP"),
            ("hang", "the proxy doesn't answer within 5 seconds"),
        ] {
            let proxy = try ProxyProcess(port: 1, mode: mode)
            let environment = ["HTTP_PROXY": "127.0.0.1:\(proxy.port)"]
            guard
                case .unavailable(let reason, nil, false) = try await GRPCRun.outcome(
                    receiver, environment: environment)
            else {
                Issue.record("\(mode) was of use")
                continue
            }
            #expect(reason.contains(words), "\(mode)")
        }
        let socks = try await GRPCRun.outcome(receiver, environment: ["ALL_PROXY": "socks5://127.0.0.1:1"])
        guard case .refused(let reason) = socks else {
            Issue.record("\(socks)")
            return
        }
        #expect(reason.contains("ALL_PROXY"))
    }

    @Test func `isn't for what a pod names`() async throws {
        let collector = try Collector(speaks: .grpc)
        let receiver = Receiver(endpoint: try OTLPEndpoint("grpc://127.1:\(collector.port)"))
        let environment = ["HTTP_PROXY": "127.0.0.1:1"]
        #expect(try await GRPCRun.outcome(receiver, environment: environment) { _ in nil } == Self.done)
        guard case .unavailable = try await GRPCRun.outcome(receiver, environment: environment) else {
            Issue.record("the proxy isn't there")
            return
        }
    }
}
