import BPFRuntime
import Glibc
import OTLP
import Spans
import Synchronization
import TestSupport
import Testing

@testable import Agent

@Suite(.serialized, .enabled(if: geteuid() == 0, "needs root")) struct `A process that is sampled` {
    private final class Kept: SpanSink {
        private let spans = Mutex<[Span]>([])
        private let fresh = Mutex<UInt64>(0)

        func take(_ span: Span, to outlet: SpanOutlet, of account: SpanAccount) {
            spans.withLock { $0.append(span) }
            fresh.withLock { $0 += 1 }
        }

        func flush() -> SinkOutcome {
            fresh.withLock { fresh in
                defer { fresh = 0 }
                return SinkOutcome(exported: fresh, lost: 0)
            }
        }

        func finish() -> SinkOutcome { flush() }

        var all: [Span] { spans.withLock { $0 } }
    }

    private final class Setup {
        let folder: TemporaryFolder
        let service: RunningService
        let sink = Kept()
        let tracer: Tracer

        init(_ program: String = "httpserver") throws {
            folder = try TemporaryFolder()
            service = try RunningService([GoToolchain.newest.build(program, mode: .stripped)])
            tracer = try Tracer(sink: sink, ledger: ArmedLedger(folder: "\(folder.path)/armed"))
        }

        func get(_ target: String, flags: String? = nil) throws {
            let parent = flags.map {
                ["-H", "traceparent: 00-\(String(repeating: "1", count: 32))-2222222222222222-\($0)"]
            }
            _ = try Command.run(["/usr/bin/curl", "-sS"] + (parent ?? []) + ["http://\(service.address)\(target)"])
        }
    }

    @Test func `is so by a sampler for each kind of parent`() async throws {
        let setup = try Setup()
        var decisions = SamplingDecisions(root: .none)
        decisions.remoteParentSampled = .none
        decisions.remoteParentNotSampled = .all
        let options = TracingOptions(sampler: Sampler(parentBased: decisions))
        #expect(try await setup.tracer.trace(setup.tracer.examine(setup.service.child.pid), options))
        try setup.get("/hello?root")
        try setup.get("/hello?sampled", flags: "01")
        try setup.get("/hello?unsampled", flags: "00")
        let summary = try await setup.tracer.stop()
        #expect(setup.sink.all.map { $0.attributes["url.query"] } == [.string("unsampled")])
        #expect(summary.begun == 3 && summary.unsampled == 2 && summary.exported == 1 && summary.lost == 0)
    }

    /// A request that is served, and one that its handler sends.
    @Test(arguments: [(SampledShare.none, SampledShare.none), (.all, .none), (.none, .all), (.all, .all)])
    func `is so in what it calls, too`(sampled: SampledShare, notSampled: SampledShare) async throws {
        let setup = try Setup("parents")
        var decisions = SamplingDecisions(root: .all)
        decisions.remoteParentNotSampled = .none
        decisions.localParentSampled = sampled
        decisions.localParentNotSampled = notSampled
        let options = TracingOptions(sampler: Sampler(parentBased: decisions))
        #expect(try await setup.tracer.trace(setup.tracer.examine(setup.service.child.pid), options))
        try setup.get("/direct?id=1")
        try setup.get("/direct?id=2", flags: "00")
        let summary = try await setup.tracer.stop()
        let spans = setup.sink.all
        let client = spans.filter { $0.kind == .client }
        #expect(spans.count { $0.kind == .server } == 1)
        #expect(client.count == (sampled == .all ? 1 : 0) + (notSampled == .all ? 1 : 0))
        #expect(summary.begun == 4 && summary.exported == UInt64(spans.count) && summary.lost == 0)
        #expect(summary.unsampled == UInt64(4 - spans.count))
    }

    /// One token in ten seconds.
    private func capped() -> TracingOptions {
        var limits = TracingLimits()
        limits.spansPerSecond = 0.1
        return TracingOptions(limits: limits)
    }

    /// Begins requests that last.
    private func begin(_ count: Int, of setup: Setup, flags: String? = nil) async throws {
        let address = setup.service.address
        for number in 0..<count {
            // Nobody waits for it: it ends with the server.
            let load = "curl -sS 'http://\(address)/slow?ms=30000&\(number)' >/dev/null 2>&1 &"
            #expect(try Command.run(["/bin/sh", "-c", load]).code == 0)
        }
        let deadline = ContinuousClock.now + .seconds(20)
        while try await setup.tracer.inFlight.images().count < count {
            try #require(ContinuousClock.now < deadline)
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    @Test func `counts what is beyond its cap, whatever becomes of it`() async throws {
        let setup = try Setup()
        let pid = setup.service.child.pid
        #expect(try await setup.tracer.trace(setup.tracer.examine(pid), capped()))
        try await begin(4, of: setup)
        setup.service.child.send(SIGKILL)
        let deadline = ContinuousClock.now + .seconds(20)
        while try await setup.tracer.inFlight.images().count > 0 {
            try #require(ContinuousClock.now < deadline)
            try await Task.sleep(for: .milliseconds(20))
        }
        let summary = try await setup.tracer.stop()
        #expect(summary.begun == 4 && summary.unsampled == 0 && summary.losses == [.processEnded: 1, .rateCap: 3])
    }

    @Test func `counts what is beyond its cap when it isn't traced any more`() async throws {
        let setup = try Setup()
        let pid = setup.service.child.pid
        #expect(try await setup.tracer.trace(setup.tracer.examine(pid), capped()))
        try await begin(3, of: setup)
        #expect(try await setup.tracer.untrace(pid))
        try await setup.tracer.lookAfterLeaving(now: .now + Tracer.leaving + .seconds(1))
        let summary = try await setup.tracer.stop()
        #expect(summary.begun == 3 && summary.losses == [.untraced: 1, .rateCap: 2] && summary.inFlight == 0)
    }

    /// The first request uses the tokens of the next 30 years.
    @Test(arguments: [true, false])
    func `has what a raised rate allows, however low it was before`(isCap: Bool) async throws {
        func options(perSecond: Double) -> TracingOptions {
            var limits = TracingLimits()
            if isCap { limits.spansPerSecond = perSecond }
            let root: SampledShare = isCap ? .all : .perSecond(perSecond)
            return TracingOptions(sampler: Sampler(parentBased: SamplingDecisions(root: root)), limits: limits)
        }
        let setup = try Setup()
        let pid = setup.service.child.pid
        #expect(try await setup.tracer.trace(setup.tracer.examine(pid), options(perSecond: 1e-9)))
        for number in 1...2 { try setup.get("/hello?\(number)") }
        #expect(try await setup.tracer.change(pid, to: options(perSecond: 100)))
        // Its bucket begins with one token.
        for number in 3...4 {
            try setup.get("/hello?\(number)")
            try await Task.sleep(for: .milliseconds(50))
        }
        let summary = try await setup.tracer.stop()
        #expect(setup.sink.all.map { $0.attributes["url.query"] } == ["1", "3", "4"].map { .string($0) })
        #expect(summary.begun == 4 && summary.exported == 3)
        #expect(isCap ? summary.losses == [.rateCap: 1] : summary.unsampled == 1 && summary.lost == 0)
    }

    @Test func `leaves its sampler's token to another when it is beyond its cap`() async throws {
        let setup = try Setup()
        let pid = setup.service.child.pid
        let sampler = Sampler(parentBased: SamplingDecisions(root: .perSecond(0.001)))
        let options = TracingOptions(sampler: sampler, limits: capped().limits)
        #expect(try await setup.tracer.trace(setup.tracer.examine(pid), options))
        // Of the cap's token only.
        try setup.get("/hello?1", flags: "01")
        try setup.get("/hello?2")
        #expect(try await setup.tracer.change(pid, to: TracingOptions(sampler: sampler)))
        for number in 3...4 { try setup.get("/hello?\(number)") }
        let summary = try await setup.tracer.stop()
        #expect(setup.sink.all.map { $0.attributes["url.query"] } == ["1", "3"].map { .string($0) })
        #expect(summary.begun == 4 && summary.unsampled == 1 && summary.losses == [.rateCap: 1])
    }

    /// Its own limit of a second, from many threads at once, is never exceeded, and nothing is counted twice.
    @Test func `never has more than its cap, however many begin at once`() async throws {
        let setup = try Setup()
        let pid = setup.service.child.pid
        var limits = TracingLimits()
        limits.spansPerSecond = 50
        let start = ContinuousClock.now
        #expect(try await setup.tracer.trace(setup.tracer.examine(pid), TracingOptions(limits: limits)))
        let load =
            "seq 400 | xargs -P 16 -n 5 sh -c 'for n; do curl -sS http://\(setup.service.address)/hello?$n; done' x"
        #expect(try Command.run(["/bin/sh", "-c", load]).code == 0)
        let most = 50 + (ContinuousClock.now - start) / .seconds(1) * 50 + 1
        let summary = try await setup.tracer.stop()
        #expect(summary.begun == 400 && summary.exported + (summary.losses[.rateCap] ?? 0) == 400)
        #expect(summary.exported >= 50 && Double(summary.exported) <= most, "\(summary.exported) of \(most)")
    }
}
