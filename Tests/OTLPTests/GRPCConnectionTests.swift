import Glibc
import Spans
import Synchronization
import TestSupport
import Testing

@testable import OTLP

/// The connections that requests by gRPC go by.
@Suite(.timeLimit(.minutes(3))) struct `A gRPC connection` {
    private static let done = DeliveryOutcome.accepted(PartialSuccess())

    @Test func `is shared by requests at once, and ends with the transport`() async throws {
        var collector = try Collector(["hang"], speaks: .grpc)
        let transport = try GRPCRun.transport(collector.url)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { _ = await transport.send(GRPCRun.request()) } }
            while try collector.requests(atLeast: 20, within: .milliseconds(1)).count < 20 {
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(GRPCRun.connections(to: collector.port) == 1)
            group.cancelAll()
        }
        await transport.shutdown()
        #expect(await GRPCRun.hasConnections(0, to: collector.port))
    }

    @Test func `is made anew when the receiver wants no more by it, or is another one`() async throws {
        var collector = try Collector(["goaway", "ok"], speaks: .grpc)
        let transport = try GRPCRun.transport(collector.url)
        for _ in 1...3 { #expect(await transport.send(GRPCRun.request()) == Self.done) }
        let port = collector.port
        collector.kill()
        let other = try Collector(speaks: .grpc, port: port)
        #expect(await transport.send(GRPCRun.request()) == Self.done)
        #expect(GRPCRun.connections(to: port) == 1)
        await transport.shutdown()
        #expect(other.port == port)
    }

    @Test func `goes to a Unix socket, and to an address of IPv6`() async throws {
        let folder = try TemporaryFolder()
        for collector in [try Reached(socketPath: "\(folder.path)/otlp"), try Reached(address: "::1")] {
            let receiver = Receiver(endpoint: try OTLPEndpoint(collector.url))
            #expect(try await GRPCRun.outcome(receiver) == Self.done, "\(collector.url)")
        }
    }

    /// To have several at once.
    private final class Reached {
        let url: String
        private let collector: Collector

        init(address: String = "127.0.0.1", socketPath: String? = nil) throws {
            collector = try Collector(speaks: .grpc, address: address, socketPath: socketPath)
            url = collector.url
        }
    }

    @Test func `goes to the address that was judged, or nowhere`() async throws {
        let collector = try Collector(speaks: .grpc)
        let receiver = Receiver(endpoint: try OTLPEndpoint(collector.url))
        let judged = Mutex<[String]>([])
        #expect(
            try await GRPCRun.outcome(receiver) { address in
                judged.withLock { $0.append(address) }
                return nil
            } == Self.done)
        #expect(judged.withLock { $0 } == ["127.0.0.1"])
        #expect(try await GRPCRun.outcome(receiver) { "not \($0)" } == .refused(reason: "not 127.0.0.1"))
    }

    @Test func `by TLS goes to a server that is trusted, and shows who it is`() async throws {
        let folder = try TemporaryFolder()
        let files = try SelfSignedCertificate(in: folder.path)
        let (certificate, key) = (try readFile(files.certificate), try readFile(files.key))
        let collector = try Collector(speaks: .grpc, certificate: files.both, isMutual: true)
        let whole = TLSSettings(authorities: .bytes(certificate), certificate: .bytes(certificate), key: .bytes(key))
        for (tls, words) in [
            (whole, nil), (TLSSettings(authorities: .bytes(certificate)), "TLS: "),
            (
                TLSSettings(certificate: .bytes(certificate), key: .bytes(key)),
                "TLS: the certificate is not signed by an authority"
            ),
        ] {
            var receiver = Receiver(endpoint: try OTLPEndpoint(collector.url))
            receiver.tls = tls
            let outcome = try await GRPCRun.outcome(receiver)
            guard let words else {
                #expect(outcome == Self.done)
                continue
            }
            guard case .unavailable(let reason, nil, false) = outcome else {
                Issue.record("\(outcome)")
                continue
            }
            #expect(reason.hasPrefix(words), "\(reason)")
        }
    }

    @Test func `by TLS goes to no server that is another one`() async throws {
        let folder = try TemporaryFolder()
        let files = try SelfSignedCertificate(in: folder.path, for: "DNS:other.example")
        let collector = try Collector(speaks: .grpc, certificate: files.both)
        for host in ["127.0.0.1", "localhost"] {
            var receiver = Receiver(endpoint: try OTLPEndpoint("grpcs://\(host):\(collector.port)"))
            receiver.tls = TLSSettings(authorities: .bytes(try readFile(files.certificate)))
            guard case .unavailable(let reason, nil, false) = try await GRPCRun.outcome(receiver) else {
                Issue.record("a certificate for another name was taken")
                continue
            }
            #expect(reason.hasPrefix("TLS: "), "\(reason)")
        }
    }

    @Test func `by TLS doesn't go to a server that has none`() async throws {
        let collector = try Collector(speaks: .grpc)
        let receiver = Receiver(endpoint: try OTLPEndpoint("grpcs://127.0.0.1:\(collector.port)"))
        guard case .unavailable(let reason, nil, false) = try await GRPCRun.outcome(receiver) else {
            Issue.record("no TLS, and yet an answer")
            return
        }
        #expect(reason.hasPrefix("TLS: "))
    }

    @Test func `is made anew when the files of its TLS have changed`() async throws {
        let folder = try TemporaryFolder()
        let files = try SelfSignedCertificate(in: folder.path)
        let collector = try Collector(speaks: .grpc, certificate: files.both)
        let trusted = "\(folder.path)/trusted.pem"
        let good = try readFile(files.certificate)
        var receiver = Receiver(endpoint: try OTLPEndpoint(collector.url))
        receiver.tls = TLSSettings(authorities: .file(TLSFile(path: trusted, place: "") { try readFile(trusted) }))
        let now = Mutex(ContinuousClock.now)
        let transport = GRPCTransport(
            receiver, userAgent: "nodespan/test", proxies: ProxySettings(environment: [:]),
            now: { now.withLock { $0 } })
        func reason() async -> String? {
            let outcome = await transport.send(GRPCRun.request())
            now.withLock { $0 += .seconds(60) }
            if case .unavailable(let reason, nil, false) = outcome { return reason }
            return outcome == Self.done ? nil : "\(outcome)"
        }
        #expect(await reason()?.hasPrefix("TLS: \(trusted) can't be read") == true)
        try writeFile(trusted, good)
        #expect(await reason() == nil)
        #expect(await reason() == nil)
        let elsewhere = try TemporaryFolder()
        try writeFile(trusted, readFile(try SelfSignedCertificate(in: elsewhere.path).certificate))
        #expect(await reason()?.contains("not signed by an authority") == true)
        try writeFile(trusted, good)
        #expect(await reason() == nil)
        #expect(await GRPCRun.hasConnections(1, to: collector.port))
        await transport.shutdown()
    }

    @Test(.enabled(if: geteuid() == 0, "needs root")) func `is made in the receiver's network namespace`() async throws
    {
        let namespace = try NamedNetwork()
        let collector = try Collector(speaks: .grpc, network: namespace.name)
        let other = try Collector(["grpc:3:the node's"], speaks: .grpc, port: collector.port)
        for (host, isReached) in [("127.0.0.1", true), ("localhost", true), ("collector.example", false)] {
            var receiver = Receiver(endpoint: try OTLPEndpoint("grpc://\(host):\(collector.port)"))
            receiver.network = try namespace.open()
            let outcome = try await GRPCRun.outcome(receiver, environment: ["HTTP_PROXY": "http://127.0.0.1:1"])
            if isReached {
                #expect(outcome == Self.done)
            } else if case .refused(let reason) = outcome {
                #expect(reason.contains("only localhost"))
            } else {
                Issue.record("\(outcome)")
            }
        }
        // Nobody else's threads have gone there.
        let receiver = Receiver(endpoint: try OTLPEndpoint(other.url))
        #expect(try await GRPCRun.outcome(receiver) == .refused(reason: "gRPC INVALID_ARGUMENT: the node's"))
    }
}
