import CBPF
import Testing

@testable import Spans

/// Boot at Unix second 1,700,000,000: CLOCK_MONOTONIC 0.
let bootUnixNano: UInt64 = 1_700_000_000_000_000_000

func reading(at monotonicNS: UInt64, bootUnixNano: UInt64 = bootUnixNano, widthNS: UInt64 = 100) -> ClockReading {
    ClockReading(
        monotonicBeforeNS: monotonicNS, unixNano: bootUnixNano &+ monotonicNS &+ widthNS / 2,
        monotonicAfterNS: monotonicNS + widthNS)
}

func decode(_ record: RecordBytes) throws -> HTTPServerRecord {
    try decode(record.bytes)
}

func decode(_ bytes: [UInt8]) throws -> HTTPServerRecord {
    guard case .httpServer(let record) = try bytes.withUnsafeBytes({ try RecordDecoder.decode($0) }) else {
        throw OtherKind()
    }
    return record
}

/// A record is of another kind than it was made as.
struct OtherKind: Error {}

func span(of record: RecordBytes, methods: HTTPMethods = .standard) throws -> Span {
    HTTPServerConvention(version: "0.1.0").span(
        of: try decode(record), methods: methods, resource: Resource(attributes: []), clock: WallClock(reading(at: 0)))
}

/// A span for what is done with spans, whatever they came from.
func sampleSpan(
    trace: UInt64 = 1, id: UInt64 = 1, parent: UInt64? = nil, parentIsRemote: Bool = false, name: String = "GET /",
    startUnixNano: UInt64 = bootUnixNano, durationNS: UInt64 = 1_000_000, status: Span.Status = .init(code: .unset),
    attributes: [Attribute] = [], service: String = "shop"
) -> Span {
    Span(
        traceID: TraceID(high: 0x4bf9_2f35_77b3_4da6, low: trace), spanID: SpanID(id),
        parentSpanID: parent.map { SpanID($0) }, parentIsRemote: parentIsRemote, name: name, kind: .server,
        startUnixNano: startUnixNano, endUnixNano: startUnixNano + durationNS, status: status, attributes: attributes,
        resource: Resource(attributes: [Attribute("service.name", .string(service))]),
        scope: InstrumentationScope(name: "nodespan/net/http", version: "0.1.0"))
}
