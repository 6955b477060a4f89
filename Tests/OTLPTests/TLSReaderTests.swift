import Synchronization
import TestSupport
import Testing

@testable import OTLP

/// Files that are changed while a collector is reached with them.
@Suite(.timeLimit(.minutes(1))) struct `Files for TLS` {
    private final class Time: Sendable {
        private let passed = Mutex(Duration.zero)
        private let start = ContinuousClock.now

        func pass(_ duration: Duration) { passed.withLock { $0 += duration } }
        var now: ContinuousClock.Instant { start + passed.withLock { $0 } }
    }

    private func file(_ path: String) -> TLSSettings.Source {
        .file(TLSFile(path: path, place: "") { try readFile(path) })
    }

    @Test func `count anew when they have changed, and hold up spans while they are no good`() async throws {
        let old = try TemporaryFolder()
        let new = try TemporaryFolder()
        let (oldFiles, newFiles) = (try SelfSignedCertificate(in: old.path), try SelfSignedCertificate(in: new.path))
        for files in [oldFiles, newFiles] {
            try writeFile("\(files.key).both", readFile(files.key) + readFile(files.certificate))
        }
        let authority = "\(old.path)/authority.pem"
        try writeFile(authority, readFile(oldFiles.certificate))
        var collector = try Collector(certificate: "\(oldFiles.key).both")
        let port = collector.port
        let time = Time()
        let settings = TLSSettings(authorities: file(authority))
        let receiver = Receiver(endpoint: try OTLPEndpoint("https://127.0.0.1:\(port)"))
        let transport = HTTPTransport(
            receiver, userAgent: "nodespan/test",
            places: HTTPPlaces(receiver, judge: nil, proxies: ProxySettings(environment: [:])),
            tls: TLSReader(settings) { time.now })
        #expect(await transport.send([]) == .accepted(PartialSuccess()))

        collector.kill()
        collector = try Collector(certificate: "\(newFiles.key).both", port: port)
        let untrusted = DeliveryOutcome.unavailable(
            reason: "TLS: the certificate is not signed by an authority that is trusted, or out of date",
            mayHaveArrived: false)
        // The first may still meet the end of the old connection.
        _ = await transport.send([])
        #expect(await transport.send([]) == untrusted)
        try writeFile(authority, readFile(newFiles.certificate))
        #expect(await transport.send([]) == untrusted)
        time.pass(.seconds(10))
        #expect(await transport.send([]) == .accepted(PartialSuccess()))

        #expect(try Command.run(["/bin/rm", authority]).code == 0)
        time.pass(.seconds(10))
        for _ in 1...2 {
            guard case .unavailable(let reason, nil, false) = await transport.send([]) else {
                Issue.record("sent without the authority")
                return
            }
            #expect(reason.hasPrefix("TLS: \(authority) can't be read: "))
        }
        try writeFile(authority, Array("no certificate".utf8))
        time.pass(.seconds(1))
        #expect(
            await transport.send([])
                == .unavailable(reason: "TLS: \(TLSMaterialError.authorities)", mayHaveArrived: false))
        try writeFile(authority, readFile(newFiles.certificate))
        time.pass(.seconds(1))
        #expect(await transport.send([]) == .accepted(PartialSuccess()))
        await transport.shutdown()
    }

    @Test func `have another generation for each change, and none for a half of one`() async throws {
        let old = try TemporaryFolder()
        let new = try TemporaryFolder()
        let (oldFiles, newFiles) = (try SelfSignedCertificate(in: old.path), try SelfSignedCertificate(in: new.path))
        let time = Time()
        let settings = TLSSettings(certificate: file(oldFiles.certificate), key: file(oldFiles.key))
        let reader = TLSReader(settings) { time.now }
        func generation() async -> Int? {
            time.pass(.seconds(10))
            if case .configuration(_, let generation) = await reader.find() { return generation }
            return nil
        }
        #expect(await generation() == 1)
        #expect(await generation() == 1)
        try writeFile(oldFiles.certificate, readFile(newFiles.certificate))
        guard case .failed(let reason) = await (time.pass(.seconds(10)), reader.find()).1 else {
            Issue.record("a certificate with the key of another")
            return
        }
        #expect(reason == "TLS: \(TLSMaterialError.mismatch)")
        try writeFile(oldFiles.key, readFile(newFiles.key))
        #expect(await generation() == 2)
    }
}
