import OTLP
import Spans
import Synchronization
import Testing

@testable import Agent

@Suite struct `A sampling strategy` {
    private static func share(_ text: String) -> SampledShare? { SamplingAnswer(Array(text.utf8))?.share }

    @Test(
        arguments: [
            (#"{"strategyType":"PROBABILISTIC","probabilisticSampling":{"samplingRate":0.5}}"#, .ratio(0.5)),
            (#"{"strategyType":0,"probabilisticSampling":{"samplingRate":1}}"#, .ratio(1)),
            (#"{"probabilisticSampling":{"samplingRate":0.25}}"#, .ratio(0.25)),
            (#"{"strategyType":"PROBABILISTIC","probabilisticSampling":{}}"#, .ratio(0)),
            (#"{"strategyType":"RATE_LIMITING","rateLimitingSampling":{"maxTracesPerSecond":3}}"#, .perSecond(3)),
            (#"{"strategyType":1,"rateLimitingSampling":{"maxTracesPerSecond":0.5}}"#, .perSecond(0.5)),
            (#"{"rateLimitingSampling":{"maxTracesPerSecond":3}}"#, .perSecond(3)),
            (
                #"{"strategyType":"PROBABILISTIC","probabilisticSampling":{"samplingRate":1},"operationSampling":"#
                    + #"{"defaultSamplingProbability":0.1,"perOperationStrategies":[]}}"#, .ratio(0.1)
            ),
        ] as [(String, SampledShare)])
    func `is read in each of its forms`(text: String, share: SampledShare) {
        #expect(Self.share(text) == share)
    }

    @Test(arguments: [
        "", "{}", "[]", "null", #"{"strategyType":"ADAPTIVE"}"#, #"{"probabilisticSampling":{"samplingRate":1.5}}"#,
        #"{"probabilisticSampling":{"samplingRate":-1}}"#, #"{"strategyType":"RATE_LIMITING"}"#,
        #"{"strategyType":"RATE_LIMITING","rateLimitingSampling":{"maxTracesPerSecond":-1}}"#,
        #"{"operationSampling":{"defaultSamplingProbability":2}}"#, "<html>",
        #"{"probabilisticSampling":{"samplingRate":"#,
    ])
    func `is refused in any other`(text: String) {
        #expect(Self.share(text) == nil)
    }

    private static func source(
        _ endpoint: String?, service: String = "shop", policy: DestinationPolicy = DestinationPolicy(),
        namespace: String? = nil
    ) throws(RemoteSamplingProblem) -> RemoteSamplingSource {
        try RemoteSamplingSource(
            RemoteSampling(argument: endpoint.map { "endpoint=\($0)" } ?? ""), service: service, policy,
            AddressPolicy(loopback: .forbidden, isPods: true), namespace: namespace)
    }

    @Test func `is asked for where the endpoint says, by the name of the service`() throws {
        #expect(try Self.source("http://j.x:5778").url == "http://j.x:5778/sampling?service=shop")
        #expect(try Self.source("j.x:5778/").url == "http://j.x:5778/sampling?service=shop")
        #expect(
            try Self.source("https://j.x/own/path", service: "a b&c=ö").url
                == "https://j.x/own/path?service=a%20b%26c%3D%C3%B6")
        #expect(try Self.source("http://jaeger:5778", namespace: "shop").host == "jaeger.shop")
    }

    @Test func `isn't asked for by gRPC, nor where nothing may be read`() {
        #expect(throws: RemoteSamplingProblem.noEndpoint) { try Self.source(nil) }
        for endpoint in ["http://j.x:14250", "j.x:14250", "http://j.x:4317/sampling"] {
            #expect(throws: RemoteSamplingProblem.grpc) { try Self.source(endpoint) }
        }
        for endpoint in ["http://169.254.169.254/latest", "http://[fe80::1]:1", "ftp://j.x", "http://"] {
            #expect(throws: RemoteSamplingProblem.self) { try Self.source(endpoint) }
        }
        let few = DestinationPolicy(allowedHosts: [])
        #expect(throws: Never.self) { try Self.source("http://j.x:5778", policy: few) }
    }

    /// What servers say, what the samplers tell of it, and time that a test lets pass.
    private final class Setup: Sendable {
        let answers = Mutex<[DocumentReader.Outcome]>([])
        let told = Mutex<[RemoteSamplers.Notice]>([])
        let slept = Mutex<[Duration]>([])
        let asked = Mutex(0)
        let time = Mutex(ContinuousClock.now)
        let isPausing = Mutex(false)

        /// Between questions.
        var waits: [Duration] { slept.withLock { $0.filter { $0 != RemoteSamplers.pause } } }

        func samplers() -> RemoteSamplers {
            RemoteSamplers(
                report: { notice in self.told.withLock { $0.append(notice) } }, now: { self.time.withLock { $0 } },
                sleep: { duration in
                    self.slept.withLock { $0.append(duration) }
                    if duration == RemoteSamplers.pause {
                        while self.isPausing.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(1)) }
                        return
                    }
                    // Until there is something to be said.
                    while self.answers.withLock({ $0.isEmpty }) { try await Task.sleep(for: .milliseconds(1)) }
                },
                fetch: { _ in
                    self.asked.withLock { $0 += 1 }
                    return self.answers.withLock { $0.isEmpty ? .failed(reason: "none") : $0.removeFirst() }
                })
        }

        func say(_ outcomes: [DocumentReader.Outcome], until isSo: () -> Bool) async throws {
            answers.withLock { $0 += outcomes }
            let deadline = ContinuousClock.now + .seconds(30)
            while !isSo() {
                try #require(ContinuousClock.now < deadline)
                try await Task.sleep(for: .milliseconds(1))
            }
        }
    }

    /// More than a minute, while somebody wants to know.
    private static func passQuiet(_ setup: Setup, while share: () -> SampledShare?) {
        for _ in 0..<2 {
            setup.time.withLock { $0 += .seconds(31) }
            _ = share()
        }
    }

    private static func document(_ rate: Double) -> DocumentReader.Outcome {
        .document(Array(#"{"probabilisticSampling":{"samplingRate":\#(rate)}}"#.utf8))
    }

    @Test func `counts until the server says another, whatever fails meanwhile, which is told of once`() async throws {
        let setup = Setup()
        let samplers = setup.samplers()
        let source = try Self.source("http://j.x:5778")
        setup.answers.withLock { $0 = [.failed(reason: "a"), .failed(reason: "b"), Self.document(0.5)] }
        #expect(samplers.share(by: source, every: .seconds(10), for: nil) == nil)
        let running = Task { await samplers.run() }
        defer { running.cancel() }
        func share() -> SampledShare? { samplers.share(by: source, every: .seconds(10), for: nil) }
        try await setup.say([]) { share() == .ratio(0.5) }
        Self.passQuiet(setup, while: share)
        try await setup.say([Self.document(0.5), .failed(reason: "c"), .document([]), Self.document(0.25)]) {
            share() == .ratio(0.25)
        }
        #expect(
            setup.told.withLock { $0 } == [
                .failed(url: source.url, reason: "a"), .says(url: source.url, .ratio(0.5), hasMore: false),
                .failed(url: source.url, reason: "c"), .says(url: source.url, .ratio(0.25), hasMore: false),
            ])
        #expect(setup.waits.allSatisfy { (.seconds(10) ... .seconds(11)).contains($0) })
    }

    @Test func `is told of, and obeyed, now and then only when it changes all the time`() async throws {
        let setup = Setup()
        let samplers = setup.samplers()
        let source = try Self.source("http://j.x:5778")
        let changes = Mutex(0)
        setup.isPausing.withLock { $0 = true }
        setup.answers.withLock { $0 = [Self.document(0.1)] }
        func share() -> SampledShare? { samplers.share(by: source, every: .seconds(1), for: nil) }
        _ = share()
        let running = Task { await samplers.run() }
        let counting = Task { for await _ in samplers.changes { changes.withLock { $0 += 1 } } }
        defer {
            running.cancel()
            counting.cancel()
        }
        try await setup.say([]) { share() == .ratio(0.1) && changes.withLock { $0 } == 1 }
        let others = [Self.document(0.2), .failed(reason: "a"), Self.document(0.1), .failed(reason: "b")]
        try await setup.say(others + others + [Self.document(0.3)]) { share() == .ratio(0.3) }
        #expect(setup.told.withLock { $0 } == [.says(url: source.url, .ratio(0.1), hasMore: false)])
        try await Task.sleep(for: .milliseconds(100))
        #expect(changes.withLock { $0 } == 1)
        setup.isPausing.withLock { $0 = false }
        Self.passQuiet(setup, while: share)
        // What it says by now is told of in the end.
        try await setup.say([Self.document(0.3)]) {
            setup.told.withLock { $0.count } == 2 && changes.withLock { $0 } == 2
        }
        #expect(setup.told.withLock { $0.last } == .says(url: source.url, .ratio(0.3), hasMore: false))
    }

    @Test func `is asked for earlier when somebody wants it earlier than a day from now`() async throws {
        let setup = Setup()
        let samplers = setup.samplers()
        let source = try Self.source("http://j.x:5778")
        setup.answers.withLock { $0 = [Self.document(1)] }
        _ = samplers.share(by: source, every: .seconds(86_400), for: nil)
        let running = Task { await samplers.run() }
        defer { running.cancel() }
        try await setup.say([]) { !setup.waits.isEmpty }
        _ = samplers.share(by: source, every: .seconds(90), for: nil)
        try await setup.say([Self.document(0.5)]) {
            samplers.share(by: source, every: .seconds(90), for: nil) == .ratio(0.5)
        }
        let waits = setup.waits
        #expect(waits[0] == .seconds(60) && (.seconds(30) ... .seconds(39)).contains(waits[1]), "\(waits)")
    }

    @Test func `isn't asked for any more when nobody wants to know`() async throws {
        let setup = Setup()
        let samplers = setup.samplers()
        let source = try Self.source("http://j.x:5778")
        setup.answers.withLock { $0 = [Self.document(1)] }
        _ = samplers.share(by: source, every: .seconds(60), for: nil)
        // The shortest that anybody wants.
        _ = samplers.share(by: source, every: .seconds(5), for: nil)
        let running = Task { await samplers.run() }
        defer { running.cancel() }
        try await setup.say([]) { samplers.share(by: source, every: .seconds(60), for: nil) == .ratio(1) }
        try await setup.say([]) { !setup.waits.isEmpty }
        #expect((.seconds(5) ... .seconds(5.5)).contains(setup.waits[0]))
        setup.time.withLock { $0 += .seconds(61) }
        setup.answers.withLock { $0 = [Self.document(0.5)] }
        try await Task.sleep(for: .milliseconds(200))
        #expect(setup.asked.withLock { $0 } == 1)
        // Asked anew.
        #expect(samplers.share(by: source, every: .seconds(5), for: nil) == nil)
        try await setup.say([]) { samplers.share(by: source, every: .seconds(5), for: nil) == .ratio(0.5) }
    }

    @Test func `is asked for of so many servers and services, and no more, in all and for each namespace`() throws {
        let setup = Setup()
        let samplers = setup.samplers()
        func ask(_ services: Int, for owner: RemoteSamplers.Owner?) throws {
            for number in 0..<services {
                let source = try Self.source("http://j.x:5778", service: "\(owner, default: "operator") \(number)")
                _ = samplers.share(by: source, every: .seconds(60), for: owner)
            }
        }
        let (own, all) = (RemoteSamplers.ownersLimit, RemoteSamplers.limit)
        for owner in [RemoteSamplers.Owner.namespace("a"), .processes] {
            try ask(own + 5, for: owner)
            #expect(setup.told.withLock { $0 } == [.tooMany(limit: own, owner: owner)])
            setup.told.withLock { $0 = [] }
        }
        try ask(own, for: .namespace("b"))
        try ask(all - 3 * own, for: nil)
        #expect(setup.told.withLock { $0.isEmpty })
        try ask(all, for: nil)
        #expect(setup.told.withLock { $0 } == [.tooMany(limit: all, owner: nil)])
    }
}
