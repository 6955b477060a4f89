import BPFRuntime
import OTLP
import Spans
import Synchronization
import Testing

@testable import Agent

@Suite(.timeLimit(.minutes(2))) struct `The router of spans` {
    /// Takes all, or nothing as long as it is told to.
    private final class Receiver: Transport {
        struct State {
            var requests = 0
            var isDead = false
        }

        let state = Mutex(State())

        func send(_ request: [UInt8]) async -> DeliveryOutcome {
            state.withLock { state in
                if state.isDead { return .unavailable(reason: "dead", mayHaveArrived: false) }
                state.requests += 1
                return .accepted(PartialSuccess())
            }
        }

        func shutdown() async {}
    }

    /// What the exporters send to, by the place.
    private final class Network: Sendable {
        let receivers = Mutex<[String: Receiver]>([:])
        let made = Mutex<[SpanRouter.Exporter]>([])

        func receiver(_ place: String) -> Receiver {
            receivers.withLock { receivers in
                let receiver = receivers[place] ?? Receiver()
                receivers[place] = receiver
                return receiver
            }
        }

        func exporter(_ setting: DestinationSetting) -> SpanRouter.Exporter {
            let exporter = SpanRouter.Exporter(
                place: setting.target.place, encoder: TraceRequestEncoder(), transport: receiver(setting.target.place),
                clock: ContinuousClock()
            ) { _ in }
            made.withLock { $0.append(exporter) }
            return exporter
        }
    }

    private static func destination(
        _ host: String, name: String = "", batch: BatchLimits = .none, policy: AddressPolicy? = nil
    ) throws -> DestinationSetting {
        DestinationSetting(
            name: name, target: .receiver(.init(endpoint: try OTLPEndpoint("http://\(host):4318"))), policy: policy,
            batch: batch)
    }

    private static let span = Span(
        traceID: TraceID(high: 1, low: 1), spanID: SpanID(1), name: "GET /", kind: .server, startUnixNano: 1,
        endUnixNano: 2, attributes: [], resource: Resource(attributes: []),
        scope: InstrumentationScope(name: "x", version: "1"))

    private static func wait(_ what: String, until isSo: () -> Bool) async throws {
        for _ in 0..<3000 {
            if isSo() { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("never: \(what)")
    }

    /// With the exporters that are made until then running.
    private static func with(
        _ body: (SpanRouter, Network, (SpanOutlet) -> Void) async throws -> Void
    ) async throws {
        let network = Network()
        let (exporters, made) = AsyncStream.makeStream(of: SpanRouter.Exporter.self)
        let router = SpanRouter { setting in
            let exporter = network.exporter(setting)
            made.yield(exporter)
            return exporter
        }
        async let running: Void = withDiscardingTaskGroup { group in
            for await exporter in exporters { group.addTask { await exporter.run() } }
        }
        try await body(router, network) { router.take(span, to: $0, of: SpanAccount()) }
        _ = router.finish()
        made.finish()
        await running
    }

    @Test func `has one pipeline for all that go to one place by one policy, whatever its name`() throws {
        let network = Network()
        let router = SpanRouter { network.exporter($0) }
        let first = try router.outlet(to: Self.destination("a", name: "x"))
        #expect(try router.outlet(to: Self.destination("a", name: "y", batch: BatchLimits(spans: 20))) == first)
        #expect(try router.outlet(to: Self.destination("b", name: "x")) != first)
        let pods = AddressPolicy(loopback: .forbidden, isPods: true)
        #expect(try router.outlet(to: Self.destination("a", policy: pods)) != first)
        #expect(network.made.withLock { $0.count } == 3)
    }

    @Test func `has one pipeline for a file, however large it is to become`() {
        var file = SpanFile(path: "/s")
        let before = DestinationSetting(name: "a", target: .file(file))
        (file.size, file.kept) = (1 << 20, 1)
        #expect(DestinationSetting(name: "a", target: .file(file)).pipeline == before.pipeline)
        #expect(DestinationSetting(name: "a", target: .file(SpanFile(path: "/t"))).pipeline != before.pipeline)
    }

    @Test func `leaves room to each namespace, and none beyond what there is`() throws {
        let network = Network()
        let router = SpanRouter { network.exporter($0) }
        func fill(_ owner: String?) throws -> Int {
            var count = 0
            while true {
                let destination = try Self.destination("\(owner ?? "own")-\(count)")
                do throws(SpanRouter.Full) {
                    _ = try router.outlet(to: destination, for: owner)
                    count += 1
                } catch {
                    #expect(error.limit == (count == 16 ? 16 : 64))
                    return count
                }
            }
        }
        #expect(try fill("a") == 16 && fill("b") == 16)
        #expect(try router.outlet(to: Self.destination("a-3"), for: "b") == router.outlet(to: Self.destination("a-3")))
        #expect(try fill(nil) == 32)
        #expect(try fill("c") == 0)
    }

    @Test func `lets batches go as the most impatient wants, as long as it is there`() async throws {
        try await Self.with { router, network, take in
            let patient = try Self.destination("a", batch: BatchLimits(age: .seconds(60)))
            let impatient = try Self.destination("a", batch: BatchLimits(age: .seconds(60), spans: 16))
            let outlet = try router.outlet(to: patient)
            for _ in 0..<16 { take(outlet) }
            #expect(network.receiver("http://a:4318/v1/traces").state.withLock { $0.requests } == 0)
            _ = try router.outlet(to: impatient)
            take(outlet)
            try await Self.wait("sent") { router.destinations().first?.exported == 17 }
            router.keep([patient])
            for _ in 0..<16 { take(outlet) }
            router.keep([patient, impatient])
            take(outlet)
            try await Self.wait("sent again") { router.destinations().first?.exported == 34 }
            router.keep([], standing: [impatient])
            for _ in 0..<16 { take(outlet) }
            #expect(network.receiver("http://a:4318/v1/traces").state.withLock { $0.requests } == 2)
        }
    }

    @Test func `ends what nobody uses once its spans are sent, and remembers what became of them`() async throws {
        try await Self.with { router, network, take in
            let (a, b) = (try Self.destination("a"), try Self.destination("b"))
            network.receiver(b.target.place).state.withLock { $0.isDead = true }
            let outlets = [try router.outlet(to: a), try router.outlet(to: b)]
            for outlet in outlets { take(outlet) }
            let start = ContinuousClock.now
            router.keep([], now: start)
            for _ in 0..<15 {
                _ = router.flush()
                try await Task.sleep(for: .milliseconds(100))
            }
            router.keep([], now: start + .seconds(31))
            let account = SpanAccount()
            router.take(Self.span, to: outlets[0], of: account)
            #expect(account.figures.losses == [.outputFailed: 1])
            // What waits for a destination that is out may still be sent.
            router.take(Self.span, to: outlets[1], of: account)
            #expect(account.figures.queued == 1)
            router.keep([b], now: start + .seconds(200))
            router.keep([], now: start + .seconds(400))
            #expect(try router.outlet(to: b) == outlets[1])
            router.keep([], now: start + .seconds(401))
            router.keep([], now: start + .seconds(800))
            #expect(try router.outlet(to: b) != outlets[1])
            try await Self.wait("ended") { account.figures.queued == 0 }
            #expect(account.figures.losses == [.outputFailed: 1, .stopped: 1])
            _ = router.finish()
            let summaries = await router.summaries()
            #expect(summaries.first { $0.endpoint == a.target.place }?.exported == 1)
            let dead = summaries.filter { $0.endpoint == b.target.place }
            #expect(dead.count == 1 && dead[0].spans == 2 && dead[0].losses == [.stopped: 2])
        }
    }

    @Test func `keeps few summaries of many places that nobody uses any more`() async throws {
        try await Self.with { router, _, take in
            var now = ContinuousClock.now
            for round in 0..<7 {
                for number in 0..<40 { take(try router.outlet(to: Self.destination("h\(round)-\(number)"))) }
                for _ in 0..<15 {
                    _ = router.flush()
                    try await Task.sleep(for: .milliseconds(100))
                }
                router.keep([], now: now)
                now += .seconds(301)
                router.keep([], now: now)
                try await Self.wait("ended") { router.destinations().allSatisfy(\.hasEnded) }
            }
            let summaries = router.destinations()
            #expect(summaries.count == 256 && summaries.reduce(0) { $0 + $1.exported } == 280)
            #expect(summaries.last?.endpoint == "others")
        }
    }

    /// Making one may take long: the thread that reads spans mustn't wait for that.
    @Test func `takes spans while another exporter is made`() async throws {
        let network = Network()
        let (isMaking, mayMake) = (Barrier(isClosed: true), Barrier(isClosed: true))
        let isDone = Barrier(isClosed: true)
        let router = SpanRouter { setting in
            if setting.name == "slow" {
                isMaking.open()
                mayMake.pass()
            }
            return network.exporter(setting)
        }
        let outlet = try router.outlet(to: Self.destination("a"))
        let slow = try Self.destination("b", name: "slow")
        try WorkerThread.detach(name: "making") {
            _ = try? router.outlet(to: slow)
            isDone.open()
        }
        isMaking.pass()
        let account = SpanAccount()
        router.take(Self.span, to: outlet, of: account)
        _ = router.flush()
        #expect(account.figures.queued == 1)
        mayMake.open()
        isDone.pass()
    }
}
