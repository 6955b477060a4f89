import CBPF
import Testing

@testable import Spans

@Suite struct RecordDecoderTests {
    @Test func everyFieldIsTaken() throws {
        var record = RecordBytes(
            method: "POST", path: "/items/42", query: "x=1", host: "shop:8080", remoteAddress: "10.0.0.9:4711",
            userAgent: "curl/8", traceState: "a=1", pattern: "POST /items/{id}")
        record.setRemoteParent()
        record.fixed.request_body_size = 12
        record.fixed.response_body_size = 0
        record.fixed.status = 201
        record.fixed.is_tls = 1
        record.fixed.outcome = UInt8(NS_HTTP_ABORTED.rawValue)
        record.fixed.truncated = 1 << UInt16(NS_HTTP_USER_AGENT.rawValue)
        let decoded = try decode(record)

        #expect(decoded.context.traceID.description == "0102030405060708090a0b0c0d0e0f10")
        #expect(decoded.context.spanID.description == "a1a2a3a4a5a6a7a8")
        #expect(decoded.context.parent?.description == "b1b2b3b4b5b6b7b8")
        #expect(decoded.context.flags == 1)
        #expect(decoded.context.countersSlot == 7)
        #expect(decoded.context.process.tgid == 4711)
        #expect(decoded.context.process.exec_id == 3)
        #expect(decoded.context.process.start_boottime_ns == 99)
        #expect(decoded.context.goid == 18)
        #expect(decoded.context.startNS == 1_000)
        #expect(decoded.context.endNS == 4_000)
        #expect(decoded.requestBodySize == 12)
        #expect(decoded.responseBodySize == 0)
        #expect(decoded.status == 201)
        #expect(decoded.protocolMajor == 1)
        #expect(decoded.protocolMinor == 1)
        #expect(decoded.outcome == .aborted)
        #expect(decoded.isTLS)
        #expect(decoded.truncated == .userAgent)
        #expect(decoded.method == "POST")
        #expect(decoded.path == "/items/42")
        #expect(decoded.query == "x=1")
        #expect(decoded.host == "shop:8080")
        #expect(decoded.remoteAddress == "10.0.0.9:4711")
        #expect(decoded.userAgent == "curl/8")
        #expect(decoded.traceState == "a=1")
        #expect(decoded.pattern == "POST /items/{id}")
    }

    @Test func whatIsUnknownIsAbsent() throws {
        let decoded = try decode(RecordBytes())
        #expect(decoded.context.parent == nil)
        #expect(decoded.requestBodySize == nil)
        #expect(decoded.responseBodySize == nil)
        #expect(decoded.status == nil)
    }

    @Test func invalidUTF8IsRepaired() throws {
        var record = RecordBytes()
        record.texts[Int(NS_HTTP_PATH.rawValue)] = [0x2f, 0xff, 0xc3, 0x28]
        #expect(try decode(record).path == "/\u{fffd}\u{fffd}(")
    }

    @Test func textsMayFillTheirLimits() throws {
        var record = RecordBytes()
        record.texts = [512, 31, 255, 255, 255, 63, 127, 255].map { [UInt8](repeating: 0x61, count: $0) }
        #expect(try decode(record).traceState.utf8.count == 512)
    }

    @Test func everyShorterRecordIsRefused() throws {
        let bytes = RecordBytes(path: "/a/path", host: "h", pattern: "/").bytes
        for length in 0..<bytes.count {
            #expect(throws: RecordError.self) { try decode(Array(bytes.prefix(length))) }
        }
        #expect(throws: RecordError.sizeMismatch(size: bytes.count + 1, expected: bytes.count)) {
            try decode(bytes + [0])
        }
    }

    @Test func anyAlignmentDoes() throws {
        let bytes = RecordBytes(path: "/aligned").bytes
        for shift in 0..<8 {
            let shifted = [UInt8](repeating: 0xee, count: shift) + bytes
            let record = try shifted.withUnsafeBytes { try RecordDecoder.decode(.init(rebasing: $0[shift...])) }
            guard case .httpServer(let decoded) = record else { return }
            #expect(decoded.path == "/aligned")
        }
    }

    @Test(arguments: 0..<8) func anOverlongTextIsRefused(index: Int) throws {
        var record = RecordBytes()
        record.texts[index] = [UInt8](repeating: 0x61, count: 513)
        #expect(throws: RecordError.textTooLong(index: index, length: 513)) { try decode(record) }
    }

    @Test func whatNoProgramEmitsIsRefused() throws {
        func refused(_ error: RecordError, _ change: (inout RecordBytes) -> Void) {
            var record = RecordBytes()
            change(&record)
            #expect(throws: error) { try decode(record) }
        }
        refused(.unknownKind(9)) { $0.fixed.span.kind = 9 }
        refused(.invalidIdentifier) { $0.fixed.span.span_id = (0, 0, 0, 0, 0, 0, 0, 0) }
        refused(.invalidIdentifier) { $0.fixed.span.trace_id = ns_span().trace_id }
        refused(.invalidIdentifier) { $0.fixed.span.parent = UInt8(NS_PARENT_REMOTE.rawValue) }
        refused(.endsBeforeStart(startNS: 4_001, endNS: 4_000)) { $0.fixed.span.start_ns = 4_001 }
        refused(.invalidOutcome(4)) { $0.fixed.outcome = 4 }
        refused(.invalidStatus(99)) { $0.fixed.status = 99 }
        refused(.invalidStatus(1000)) { $0.fixed.status = 1000 }
    }

    /// Random damage either is refused or yields a record whose texts have the lengths that the record states.
    @Test func damagedRecordsNeverCrash() throws {
        var generator = SplitMix(state: 42)
        let bytes = RecordBytes(path: "/some/path", query: "a=b", host: "localhost:80", pattern: "/some/").bytes
        var accepted = 0
        for _ in 0..<20_000 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                damaged[Int.random(in: damaged.indices, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            guard let record = try? decode(damaged) else { continue }
            accepted += 1
            let span = HTTPServerConvention(version: "1").span(
                of: record, resource: Resource(attributes: []), clock: WallClock(reading(at: 0)))
            #expect(span.startUnixNano <= span.endUnixNano || record.context.endNS > .max - bootUnixNano)
        }
        #expect((1..<20_000).contains(accepted))
    }
}

/// A generator with a seed, so that a failure can be had again (Steele, Lea, Flood: "Fast splittable pseudorandom number
/// generators", 2014).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
