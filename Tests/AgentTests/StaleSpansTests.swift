import BPFRuntime
import CBPF
import Glibc
import OTLP
import Spans
import Synchronization
import TestSupport
import Testing

@testable import Agent

@Suite(.serialized, .enabled(if: geteuid() == 0, "needs root")) struct `Spans that never end` {
    private final class Counter: SpanSink {
        private let spans = Mutex<(new: UInt64, all: UInt64)>((0, 0))

        var count: UInt64 { spans.withLock { $0.all } }

        func take(_ span: Span, to outlet: SpanOutlet, of account: SpanAccount) {
            spans.withLock { $0 = ($0.new + 1, $0.all + 1) }
        }

        func flush() -> SinkOutcome {
            spans.withLock { spans in
                defer { spans.new = 0 }
                return SinkOutcome(exported: spans.new, lost: 0)
            }
        }

        func finish() -> SinkOutcome { flush() }
    }

    /// One request through services that have spans of all kinds, servers' and clients'.
    @Test(arguments: [true, false])
    func `make way for others when they are old`(areOld: Bool) async throws {
        let folder = try TemporaryFolder()
        let sink = Counter()
        let tracer = try Tracer(sink: sink, ledger: ArmedLedger(folder: "\(folder.path)/armed"), propagates: false)
        let stale = try await tracer.fillMaps(minutes: areOld ? 6 : 4)
        let http2 = try RunningService(.http2, [])
        let stream = try RunningService(.stream, ["https://\(http2.address)/http2"])
        let unary = try RunningService(.unary, [stream.address])
        let front = try RunningService(.front, [unary.address])
        for pid in [http2.child.pid, stream.child.pid, unary.child.pid, front.child.pid] {
            #expect(try await tracer.trace(tracer.examine(pid), TracingOptions()))
        }
        let answer = try Command.run([ChainService.load.build(), "load", "http://\(front.address)/front", "1"])
        #expect(answer.code == 0, "\(answer.errors)")
        let summary = try await tracer.stop()
        #expect(summary.begun >= 7)
        if areOld {
            #expect(summary.exported == summary.begun && sink.count == summary.begun && summary.inFlight == 0)
            #expect(try await tracer.givenUp() == stale)
            #expect(try await tracer.fakeContexts() == [Tracer.reused])
        } else {
            #expect(summary.exported == 0 && summary.losses == [.inFlightFull: summary.begun])
            #expect(try await tracer.givenUp() == 0 && summary.inFlight == stale)
        }
    }
}

extension Tracer {
    private static let slot = UInt32(NS_MAX_PROCESSES - 1)
    private static let process = ns_process_image(tgid: .max, exec_id: 0, start_boottime_ns: 0)
    /// Addresses of contexts: one of a span that never ends, and one that is another span's by now.
    private static let own: UInt64 = 0x1000
    fileprivate static let reused: UInt64 = 0x2000

    /// Fills the maps of spans in flight with spans of nobody that began a while ago. Returns how many.
    fileprivate func fillMaps(minutes: UInt64) throws -> UInt64 {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        // May be before this machine was started: what counts is the difference.
        let start = UInt64(now.tv_sec) &* 1_000_000_000 &- minutes * 60 * 1_000_000_000
        var span = ns_span()
        span.flags = UInt8(NS_TRACE_FLAG_SAMPLED)
        span.counters_slot = Self.slot
        span.process = Self.process
        span.start_ns = start
        var request = ns_http_in_flight()
        request.record.span = span
        request.record.span.kind = UInt16(NS_RECORD_HTTP_SERVER.rawValue)
        var sent = ns_http_client_in_flight()
        sent.record.span = span
        sent.record.span.kind = UInt16(NS_RECORD_HTTP_CLIENT.rawValue)
        var served = ns_grpc_server_in_flight()
        served.record.span = span
        served.record.span.kind = UInt16(NS_RECORD_GRPC_SERVER.rawValue)
        var call = ns_grpc_client_in_flight()
        call.record.span = span
        call.record.span.kind = UInt16(NS_RECORD_GRPC_CLIENT.rawValue)
        request.context = Self.reused
        served.context = Self.own
        let contexts: BPFMap<ns_object, ns_owner> = try watch.object.map("contexts")
        for (address, goid) in [(Self.own, 0), (Self.reused, UInt64.max)] {
            let owner = ns_owner(goid: goid, kind: UInt32(NS_RECORD_HTTP_SERVER.rawValue), reserved: 0)
            try contexts.set(owner, for: ns_object(process: Self.process, address: address))
        }
        return try fill("http_in_flight", request) + fill("http_client_in_flight", sent)
            + fill("grpc_server_in_flight", served) + fill("grpc_client_in_flight", call)
    }

    private func fill<Value: BitwiseCopyable>(_ name: String, _ value: Value) throws -> UInt64 {
        let map: BPFMap<ns_goroutine, Value> = try watch.object.map(name)
        var count: UInt64 = 0
        while true {
            do throws(BPFError) {
                try map.set(value, for: ns_goroutine(process: Self.process, goid: count))
            } catch {
                guard error.code == E2BIG else { throw error }
                return count
            }
            count += 1
        }
    }

    /// The addresses of contexts that are still kept.
    fileprivate func fakeContexts() throws -> [UInt64] {
        let contexts: BPFMap<ns_object, ns_owner> = try watch.object.map("contexts")
        return try contexts.keys().filter { $0.process.tgid == Self.process.tgid }.map(\.address)
    }

    /// How many of them were given up.
    fileprivate func givenUp() throws -> UInt64 {
        try watch.counters().value(of: Self.slot)?.lost.3 ?? 0
    }
}
