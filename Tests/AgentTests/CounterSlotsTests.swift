import CBPF
import OTLP
import Spans
import Testing

@testable import Agent

@Suite struct `A slot of counters` {
    private struct Nowhere: SpanSink {
        func take(_ span: Span, to outlet: SpanOutlet, of account: SpanAccount) {}
        func flush() -> SinkOutcome { SinkOutcome(exported: 0, lost: 0) }
        func finish() -> SinkOutcome { SinkOutcome(exported: 0, lost: 0) }
    }

    @Test func `is given to one process at a time`() {
        var slots = CounterSlots()
        var taken: Set<UInt32> = []
        for _ in 0..<NS_MAX_PROCESSES { taken.insert(slots.take() ?? .max) }
        #expect(taken == Set(0..<UInt32(NS_MAX_PROCESSES)))
        #expect(slots.take() == nil)
        slots.giveBack([7, 900])
        #expect(Set([slots.take(), slots.take()]) == [7, 900])
        #expect(slots.take() == nil)
    }

    /// Records of a process that has ended lie in the ring up to where it was written when the end was noticed.
    @Test func `is free when all records of its process have been read, and not before`() {
        let assembler = SpanAssembler(sink: Nowhere(), host: HostFacts(name: ""), version: "")
        assembler.retire(slot: 3, at: 4096)
        assembler.retire(slot: 4, at: 0)
        assembler.retire(slot: 5, at: 8192)
        #expect(assembler.takeFreeSlots() == [])
        assembler.flush(readTo: 4095)
        #expect(assembler.takeFreeSlots() == [4])
        assembler.flush(readTo: 4096)
        assembler.flush(readTo: 4096)
        #expect(assembler.takeFreeSlots() == [3])
        #expect(assembler.takeFreeSlots() == [])
        assembler.flush(readTo: 10000)
        #expect(assembler.takeFreeSlots() == [5])
    }
}
