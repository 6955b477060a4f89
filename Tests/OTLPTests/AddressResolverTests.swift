import Dispatch
import Synchronization
import TestSupport
import Testing

@testable import OTLP

@Suite(.timeLimit(.minutes(1))) struct `A destination that isn't trusted` {
    /// What the system says of names, as the test has it, and a clock.
    private final class Names: Sendable {
        private let answer: Mutex<AddressResolver.Lookup>
        private let lookups = Mutex(0)
        private let passed = Mutex(Duration.zero)
        private let start = ContinuousClock.now

        init(_ addresses: String...) { answer = Mutex(.addresses(addresses)) }

        func change(_ lookup: AddressResolver.Lookup) { answer.withLock { $0 = lookup } }
        func pass(_ duration: Duration) { passed.withLock { $0 += duration } }
        var count: Int { lookups.withLock { $0 } }

        func resolver(_ name: String = "collector.test") -> AddressResolver {
            AddressResolver(
                name: name, judge: { $0.hasPrefix("169.254.") ? "\($0) is bad" : nil },
                lookUp: { _ in
                    self.lookups.withLock { $0 += 1 }
                    return self.answer.withLock { $0 }
                }, now: { self.start + self.passed.withLock { $0 } })
        }
    }

    private func transport(
        _ url: String, _ resolver: AddressResolver, tls: TLSSettings? = nil
    ) throws -> HTTPTransport {
        var receiver = Receiver(endpoint: try OTLPEndpoint(url))
        receiver.tls = tls
        return HTTPTransport(receiver, userAgent: "nodespan/test", places: HTTPPlaces(resolver))
    }

    /// A name that is none proves that nobody else was asked for its address.
    @Test func `is reached by the address that was judged, whatever its name becomes`() async throws {
        var collector = try Collector()
        let names = Names("127.0.0.1")
        let transport = try transport("http://Collector.test:\(collector.port)", names.resolver("Collector.test"))
        #expect(await transport.send([]) == .accepted(PartialSuccess()))
        names.change(.addresses(["127.0.0.1", "169.254.169.254"]))
        names.pass(.seconds(29))
        #expect(await transport.send([]) == .accepted(PartialSuccess()))
        names.pass(.seconds(1))
        #expect(await transport.send([]) == .refused(reason: "169.254.169.254 is bad"))
        names.change(.addresses(["127.0.0.2"]))
        #expect(await transport.send([]) == .refused(reason: "169.254.169.254 is bad"))
        names.pass(.seconds(30))
        names.change(.addresses(["127.0.0.1"]))
        #expect(await transport.send([]) == .accepted(PartialSuccess()))
        await transport.shutdown()
        let requests = try collector.requests(atLeast: 3)
        #expect(requests.count == 3 && names.count == 3)
        #expect(requests.allSatisfy { $0.headers["host"]?.lowercased() == "collector.test:\(collector.port)" })
    }

    @Test func `is reached by another of its addresses when one fails`() async throws {
        let collector = try Collector()
        // Nobody listens on ::1 there.
        let names = Names("::1", "127.0.0.1")
        let transport = try transport("http://collector.test:\(collector.port)", names.resolver())
        #expect(await transport.send([]) == .accepted(PartialSuccess()))
        #expect(names.count == 2)
        names.pass(.seconds(30))
        #expect(await transport.send([]) == .accepted(PartialSuccess()))
        #expect(names.count == 3)
        await transport.shutdown()
    }

    @Test func `is asked for again soon when it isn't found`() async throws {
        let names = Names()
        names.change(.failure("name or service not known"))
        let resolver = names.resolver()
        let nowhere = AddressResolver.Finding.failed(reason: "collector.test: name or service not known")
        #expect(await resolver.find() == nowhere)
        #expect(await resolver.find() == nowhere)
        #expect(names.count == 1)
        names.pass(.seconds(1))
        names.change(.addresses(["10.0.0.1", "10.0.0.2"]))
        #expect(await resolver.find() == .address("10.0.0.1"))
        // Another order changes nothing.
        names.pass(.seconds(30))
        names.change(.addresses(["10.0.0.2", "10.0.0.1"]))
        #expect(await resolver.find() == .address("10.0.0.1"))
        names.pass(.seconds(30))
        names.change(.addresses([]))
        #expect(await resolver.find() == .failed(reason: "collector.test: it has no address"))
    }

    @Test func `is looked up by the system, numbers of any form among its names`() async {
        func addresses(_ name: String) -> Set<String> {
            guard case .addresses(let addresses) = AddressResolver.askSystem(name) else { return [] }
            return Set(addresses)
        }
        #expect(addresses("localhost").contains { $0 == "127.0.0.1" || $0 == "::1" })
        #expect(addresses("2130706433") == ["127.0.0.1"] && addresses("fd12::7") == ["fd12::7"])
        guard case .failure(let reason) = AddressResolver.askSystem("nobody.invalid") else {
            Issue.record("there is somebody")
            return
        }
        #expect(!reason.isEmpty)
    }

    @Test func `isn't waited for when nobody wants it any more`() async throws {
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        let isOver = DispatchSemaphore(value: 0)
        defer { isOver.signal() }
        let resolver = AddressResolver(
            name: "slow.test", judge: { _ in nil },
            lookUp: { _ in
                begin.yield()
                isOver.wait()
                return .addresses([])
            })
        let finding = await withTaskGroup(of: AddressResolver.Finding.self) { group in
            group.addTask { await resolver.find() }
            _ = await begun.first { _ in true }
            group.cancelAll()
            return await group.next()
        }
        #expect(finding == .failed(reason: "cancelled"))
    }

    @Test func `has its certificate checked against its name, not its address`() async throws {
        let folder = try TemporaryFolder()
        let pem = "\(folder.path)/server.pem"
        let made = try Command.run([
            "/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", pem, "-out", "\(folder.path)/certificate.pem", "-days", "2", "-subj", "/CN=collector", "-addext",
            "subjectAltName=DNS:collector.test",
        ])
        #expect(made.code == 0)
        try writeFile(pem, readFile(pem) + readFile("\(folder.path)/certificate.pem"))
        let collector = try Collector(certificate: pem)
        let tls = TLSSettings(authorities: .bytes(try readFile("\(folder.path)/certificate.pem")))
        for (host, isRight) in [("collector.test", true), ("other.test", false)] {
            let transport = try transport(
                "https://\(host):\(collector.port)", Names("127.0.0.1").resolver(host), tls: tls)
            let outcome = await transport.send([])
            #expect((outcome == .accepted(PartialSuccess())) == isRight, "\(host): \(outcome)")
            await transport.shutdown()
        }
    }
}
