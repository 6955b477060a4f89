import BPFRuntime
import CBPF
import Glibc
import OTLP
import Spans
import Synchronization
import TestSupport
import Testing

@testable import Agent

@Suite(.serialized, .enabled(if: geteuid() == 0, "needs root")) struct `A process that takes more than its part` {
    /// Counts spans by outlet, once its barrier is open.
    private final class Counter: SpanSink {
        private let spans = Mutex<(new: UInt64, byOutlet: [Int: UInt64])>((0, [:]))
        let barrier: Barrier

        init(isClosed: Bool = false) {
            barrier = Barrier(isClosed: isClosed)
        }

        func count(_ outlet: Int) -> UInt64 { spans.withLock { $0.byOutlet[outlet] ?? 0 } }

        func take(_ span: Span, to outlet: SpanOutlet, of account: SpanAccount) {
            barrier.pass()
            spans.withLock {
                $0.new += 1
                $0.byOutlet[outlet.number, default: 0] += 1
            }
        }

        func flush() -> SinkOutcome {
            spans.withLock { spans in
                defer { spans.new = 0 }
                return SinkOutcome(exported: spans.new, lost: 0)
            }
        }

        func finish() -> SinkOutcome { flush() }
    }

    private static let busy = 1
    private static let quiet = 2

    private struct Pair: ~Copyable {
        let busy: RunningService
        let quiet: RunningService
        let tracer: Tracer
        private let folder: TemporaryFolder

        init(sink: Counter, busyOptions: [String] = []) async throws {
            let server = try GoToolchain.newest.build("httpserver", mode: .stripped)
            let folder = try TemporaryFolder()
            let busy = try RunningService([server] + busyOptions)
            let quiet = try RunningService([server])
            let tracer = try Tracer(
                sink: sink, ledger: ArmedLedger(folder: "\(folder.path)/armed"), propagates: false, quota: .shared)
            for (pid, outlet) in [
                (busy.child.pid, `A process that takes more than its part`.busy),
                (quiet.child.pid, `A process that takes more than its part`.quiet),
            ] {
                let options = TracingOptions(outlet: SpanOutlet(number: outlet))
                #expect(try await tracer.trace(tracer.examine(pid), options))
            }
            self.folder = folder
            self.busy = busy
            self.quiet = quiet
            self.tracer = tracer
        }

        /// Fifty requests.
        func askQuietly() throws {
            let load = ["/usr/bin/h2load", "--h1", "-n", "50", "-c", "1", "http://\(quiet.address)/hello"]
            #expect(try Command.run(load).output.contains("50 succeeded"))
        }
    }

    @Test func `loses what is beyond its quarter of those in flight, and others lose nothing`() async throws {
        let sink = Counter()
        let pair = try await Pair(sink: sink, busyOptions: ["-tls", "-http2"])
        let limit = Int32(NS_HTTP_IN_FLIGHT_MAX) / 4
        let all = limit + 176
        var load = try ChildProcess([
            "/usr/bin/h2load", "-n", "\(all)", "-c", "6", "-m", "\(all / 6)",
            "https://\(pair.busy.address)/slow?ms=2500",
        ])
        let deadline = ContinuousClock.now + .seconds(20)
        while try await pair.tracer.counters(of: pair.busy.child.pid).in_flight.0 < limit {
            try #require(ContinuousClock.now < deadline)
        }
        try pair.askQuietly()
        #expect(load.wait() == 0)
        let busy = try await pair.tracer.counters(of: pair.busy.child.pid)
        #expect(busy.begun == all && busy.emitted >= limit && busy.in_flight.0 == 0)
        let summary = try await pair.tracer.stop()
        #expect(summary.losses == [.inFlightQuota: UInt64(all) - busy.emitted] && busy.emitted < all, "\(summary)")
        #expect(sink.count(Self.quiet) == 50 && sink.count(Self.busy) == busy.emitted)
        #expect(summary.begun == summary.exported + summary.lost && summary.inFlight == 0)
    }

    @Test func `loses what is beyond its part of a ring that isn't read, and others lose nothing`() async throws {
        let sink = Counter(isClosed: true)
        let pair = try await Pair(sink: sink)
        let target = "/hello?\(String(repeating: "x", count: 250))"
        let load = try Command.run([
            "/usr/bin/h2load", "--h1", "-n", "20000", "-c", "8",
            "-H", "user-agent: \(String(repeating: "y", count: 120))", "http://\(pair.busy.address)\(target)",
        ])
        #expect(load.output.contains("20000 succeeded"), "\(load.output)")
        try pair.askQuietly()
        sink.barrier.open()
        let summary = try await pair.tracer.stop()
        #expect(summary.begun == 20_050 && summary.begun == summary.exported + summary.lost, "\(summary)")
        #expect(Array(summary.losses.keys) == [.ringQuota] && sink.count(Self.quiet) == 50, "\(summary)")
        // More than half of the ring was its own.
        #expect(sink.count(Self.busy) * 700 > UInt64(NS_SPAN_RING_BYTES) / 2)
    }

    /// Servers and clients of all kinds, each with one span at a time; servers of HTTP with two.
    @Test func `has its books balanced, whatever it serves or calls`() async throws {
        let sink = Counter()
        let folder = try TemporaryFolder()
        let tracer = try Tracer(
            sink: sink, ledger: ArmedLedger(folder: "\(folder.path)/armed"),
            quota: ProcessQuota(inFlightPart: UInt32(NS_GRPC_IN_FLIGHT_MAX), ringPart: 8))
        let http2 = try RunningService(.http2, [])
        let stream = try RunningService(.stream, ["https://\(http2.address)/http2"])
        let unary = try RunningService(.unary, [stream.address])
        let front = try RunningService(.front, [unary.address])
        let pids = [http2.child.pid, stream.child.pid, unary.child.pid, front.child.pid]
        for pid in pids { #expect(try await tracer.trace(tracer.examine(pid), TracingOptions())) }
        let answer = try Command.run([ChainService.load.build(), "load", "http://\(front.address)/front", "500"])
        #expect(answer.code == 0, "\(answer.errors)")
        let deadline = ContinuousClock.now + .seconds(10)
        for pid in pids {
            var counters = try await tracer.counters(of: pid)
            // The answer is there before its span has ended.
            while counters.in_flight != (0, 0, 0, 0), ContinuousClock.now < deadline {
                counters = try await tracer.counters(of: pid)
            }
            #expect(counters.in_flight == (0, 0, 0, 0) && counters.emitted > 0)
            let lost = LossReason.counts(in: counters)
            #expect(counters.begun == counters.emitted + lost.values.reduce(0, +))
            #expect(lost.keys.allSatisfy { $0 == .inFlightQuota } && (pid == pids[0] || !lost.isEmpty), "\(lost)")
        }
        let summary = try await tracer.stop()
        // Of one that is refused, nothing shows that its begin is passed again when the stack grows.
        #expect(summary.begun >= 7 * 500 && summary.inFlight == 0)
        #expect(summary.begun == summary.exported + summary.lost, "\(summary)")
    }

    @Test(arguments: [true, false])
    func `makes room of spans that never end, when they are old`(areOld: Bool) async throws {
        let sink = Counter()
        let folder = try TemporaryFolder()
        let server = try RunningService([GoToolchain.newest.build("httpserver", mode: .stripped)])
        let tracer = try Tracer(
            sink: sink, ledger: ArmedLedger(folder: "\(folder.path)/armed"),
            quota: ProcessQuota(inFlightPart: UInt32(NS_GRPC_IN_FLIGHT_MAX), ringPart: 8))
        let other = try RunningService([GoToolchain.newest.build("httpserver", mode: .stripped)])
        for pid in [server.child.pid, other.child.pid] {
            #expect(try await tracer.trace(tracer.examine(pid), TracingOptions()))
        }
        try await tracer.leaveInFlight(2, of: server.child.pid, minutes: areOld ? 6 : 4)
        // Nobody else has to make room.
        try await tracer.leaveInFlight(1, of: other.child.pid, minutes: 6)
        #expect(try Command.run(["/usr/bin/curl", "-sS", "http://\(server.address)/hello"]).code == 0)
        let summary = try await tracer.stop()
        #expect(summary.losses == (areOld ? [.endMissed: 2] : [.inFlightQuota: 1]))
        #expect(summary.exported == (areOld ? 1 : 0) && summary.inFlight == (areOld ? 1 : 3))
    }
}

extension Tracer {
    private func slot(of pid: Int32) throws -> UInt32 {
        try #require(traced.first { $0.value.pid == pid }?.key)
    }

    fileprivate func counters(of pid: Int32) throws -> ns_process_counters {
        let counts = try counters.value(of: slot(of: pid))
        return try #require(counts)
    }

    /// Has HTTP requests in flight that a process began a while ago.
    fileprivate func leaveInFlight(_ count: Int32, of pid: Int32, minutes: UInt64) throws {
        let slot = try slot(of: pid)
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        var request = ns_http_in_flight()
        request.record.span.kind = UInt16(NS_RECORD_HTTP_SERVER.rawValue)
        request.record.span.flags = UInt8(NS_TRACE_FLAG_SAMPLED)
        request.record.span.counters_slot = slot
        request.record.span.process = try #require(traced[slot]?.image)
        // May be before this machine was started: what counts is the difference.
        request.record.span.start_ns = UInt64(now.tv_sec) &* 1_000_000_000 &- minutes * 60 * 1_000_000_000
        let map: BPFMap<ns_goroutine, ns_http_in_flight> = try watch.object.map("http_in_flight")
        for number in 1...count {
            let key = ns_goroutine(process: request.record.span.process, goid: UInt64.max - UInt64(number))
            try map.set(request, for: key)
        }
        var counts = try counters(of: pid)
        counts.in_flight.0 = count
        try counters.set(counts, for: slot)
    }
}
