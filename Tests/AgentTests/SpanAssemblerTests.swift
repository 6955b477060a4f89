import CBPF
import OTLP
import Spans
import Synchronization
import Testing

@testable import Agent

@Suite struct `The assembler of spans` {
    private final class Outlets: SpanSink {
        let numbers = Mutex<[Int]>([])

        func take(_ span: Span, to outlet: SpanOutlet, of account: SpanAccount) {
            numbers.withLock { $0.append(outlet.number) }
        }
        func flush() -> SinkOutcome { SinkOutcome(exported: 0, lost: 0) }
        func finish() -> SinkOutcome { SinkOutcome(exported: 0, lost: 0) }
    }

    private static let image = ns_process_image(tgid: 42, exec_id: 7, start_boottime_ns: 99)

    /// A request that the process of slot 3 has answered.
    private func record(of image: ns_process_image = image, endNS: UInt64 = 2) -> [UInt8] {
        var record = ns_http_server_span()
        record.span.kind = UInt16(NS_RECORD_HTTP_SERVER.rawValue)
        record.span.flags = UInt8(NS_TRACE_FLAG_SAMPLED)
        record.span.counters_slot = 3
        record.span.process = image
        record.span.start_ns = 1
        record.span.end_ns = endNS
        record.span.trace_id.0 = 1
        record.span.span_id.0 = 1
        record.proto_major = 1
        record.proto_minor = 1
        return withUnsafeBytes(of: record) { Array($0.dropLast(Int(NS_HTTP_TEXT_MAX))) }
    }

    private func assembler(_ sink: Outlets) -> SpanAssembler {
        let assembler = SpanAssembler(sink: sink, host: HostFacts(name: ""), version: "")
        assembler.describe(
            ProcessFacts(pid: 42, executablePath: "/srv/app"), TracingOptions(outlet: SpanOutlet(number: 1)),
            of: Self.image, slot: 3)
        return assembler
    }

    private func invalid(_ assembler: SpanAssembler) -> UInt64 {
        assembler.endedBooks().losses[.recordInvalid] ?? 0
    }

    /// A process that leaves its slot may have a record in the ring when another has it.
    @Test func `takes no record of another process image than its slot's, and counts it`() {
        let sink = Outlets()
        let assembler = assembler(sink)
        var others = [Self.image, Self.image, Self.image]
        others[0].tgid += 1
        others[1].exec_id += 1
        others[2].start_boottime_ns += 1
        for other in others { record(of: other).withUnsafeBytes(assembler.take) }
        #expect(sink.numbers.withLock { $0 } == [] && invalid(assembler) == 3)
        record().withUnsafeBytes(assembler.take)
        #expect(sink.numbers.withLock { $0 } == [1] && invalid(assembler) == 3)
    }

    @Test func `remembers how spans were made before a change until the ring has been read up to there`() {
        let sink = Outlets()
        let assembler = assembler(sink)
        assembler.change(TracingOptions(outlet: SpanOutlet(number: 2)), slot: 3, at: { 4096 })
        func take() {
            for end in [2, UInt64.max] { record(endNS: end).withUnsafeBytes(assembler.take) }
        }
        take()
        assembler.flush(readTo: 4095)
        take()
        assembler.flush(readTo: 4096)
        take()
        #expect(sink.numbers.withLock { $0 } == [1, 2, 1, 2, 2, 2])
    }

    private final class Spans: SpanSink {
        let all = Mutex<[Span]>([])

        func take(_ span: Span, to outlet: SpanOutlet, of account: SpanAccount) { all.withLock { $0.append(span) } }
        func flush() -> SinkOutcome { SinkOutcome(exported: 0, lost: 0) }
        func finish() -> SinkOutcome { SinkOutcome(exported: 0, lost: 0) }
    }

    @Test func `keeps back what it is told to from then on, and limits what is left`() throws {
        let sink = Spans()
        let assembler = SpanAssembler(sink: sink, host: HostFacts(name: ""), version: "")
        var facts = ProcessFacts(pid: 42, executablePath: "/srv/app")
        facts.limitVariables = ["OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT": "2", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT": "3"]
        assembler.describe(facts, TracingOptions(), of: Self.image, slot: 3)
        record().withUnsafeBytes(assembler.take)
        let key = try #require(KeyPattern("process.*"))
        let firstKey = try #require(sink.all.withLock { $0 }.first?.attributes.first).key
        let first = try #require(KeyPattern(firstKey))
        assembler.redact(
            by: SpanRedaction(attributes: [
                AttributeRule(key: key, action: .remove), AttributeRule(key: first, action: .redact),
            ]))
        record().withUnsafeBytes(assembler.take)
        let spans = sink.all.withLock { $0 }
        #expect(spans.map(\.attributes.count) == [2, 2])
        #expect(spans[0].droppedAttributes > 0 && spans[0].droppedAttributes == spans[1].droppedAttributes)
        #expect(spans[1].attributes.first?.value == .string("RED"))
        #expect(spans[0].resource.attributes["process.pid"] == .int(42))
        #expect(spans[1].resource.attributes["process.pid"] == nil && !spans[1].resource.serviceName.isEmpty)
        #expect(spans[0].resource.attributes.contains { $0.key == "process.executable.path" })
    }
}
