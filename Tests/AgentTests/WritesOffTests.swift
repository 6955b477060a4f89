import BPFRuntime
import CBPF
import Glibc
import OTLP
import Spans
import TestSupport
import Testing

@testable import Agent

/// What BPF reports where a write did not show up as it was meant; the kernels that these tests run on may forbid writes.
@Suite(.serialized, .enabled(if: geteuid() == 0, "needs root")) struct `A process that is written to no more` {
    private struct Nowhere: SpanSink {
        func take(_ span: Span, to outlet: SpanOutlet, of account: SpanAccount) {}
        func flush() -> SinkOutcome { SinkOutcome(exported: 0, lost: 0) }
        func finish() -> SinkOutcome { SinkOutcome(exported: 0, lost: 0) }
    }

    private static func event(_ image: ns_process_image, slot: UInt32) -> ProcessNotice {
        .event(
            ns_process_event(process: image, kind: NS_PROCESS_WRITES_OFF.rawValue, counters_slot: slot))
    }

    private static func pids(_ changes: [ProcessChange]) -> [Int32] {
        changes.compactMap { change in
            guard case .writesOff(let pid) = change else { return nil }
            return pid
        }
    }

    @Test(arguments: [false, true])
    func `is told of once, and in the summary`(hasEnded: Bool) async throws {
        let folder = try TemporaryFolder()
        let server = try ChildProcess([try GoToolchain.newest.build("httpserver", mode: .stripped)])
        var printed = GatheredOutput(of: server)
        printed.gather(for: .seconds(20)) { $0.outputLines > 0 }
        let tracer = try Tracer(sink: Nowhere(), ledger: ArmedLedger(folder: "\(folder.path)/armed"))
        let candidate = try await tracer.examine(server.pid)
        #expect(try await tracer.trace(candidate, TracingOptions()))
        // The first process gets the first slot.
        let notice = Self.event(candidate.image, slot: 0)
        #expect(Self.pids(try await tracer.changes(after: notice)) == [server.pid])
        #expect(Self.pids(try await tracer.changes(after: notice)).isEmpty)
        // Of a process that isn't traced, or had the slot before.
        var other = candidate.image
        other.exec_id &+= 1
        #expect(Self.pids(try await tracer.changes(after: Self.event(other, slot: 0))).isEmpty)
        #expect(Self.pids(try await tracer.changes(after: Self.event(candidate.image, slot: 7))).isEmpty)
        if hasEnded {
            let end = ns_process_event(
                process: candidate.image, kind: NS_PROCESS_EXITED.rawValue, counters_slot: 0)
            #expect(try await tracer.changes(after: .event(end)).count == 1)
        }
        #expect(try await tracer.stop().propagation.writesOff == 1)
    }
}
