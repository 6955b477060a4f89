import Glibc
import Spans
import TestSupport
import Testing

@testable import OTLP

@Suite(.timeLimit(.minutes(1))) struct `Spans on standard output` {
    /// A pipe in place of standard output.
    private struct Pipe: ~Copyable {
        let reading: Int32
        private var writing: Int32

        init() throws {
            var ends: [Int32] = [0, 0]
            guard pipe(&ends) == 0 else { throw NoPipe() }
            (reading, writing) = (ends[0], ends[1])
        }

        deinit {
            close(reading)
            close(writing)
        }

        var transport: ConsoleTransport { ConsoleTransport(output: LineOutput(OutputStream(writing))) }
    }

    /// What is there to read, at once.
    private static func contents(of reading: Int32) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        var readable = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
        while poll(&readable, 1, 0) > 0 {
            let count = read(reading, &chunk, chunk.count)
            guard count > 0 else { break }
            bytes.append(contentsOf: chunk[..<count])
        }
        return bytes
    }

    private struct NoPipe: Error {}

    private static let accepted = DeliveryOutcome.accepted(PartialSuccess())

    private func message(_ encoder: any BatchEncoder, _ spans: [Span]) -> [UInt8] {
        var encoder = encoder
        for span in spans { encoder.add(span) }
        return encoder.finish()
    }

    @Test func `are the JSON lines of the contract`() async throws {
        let spans = (1...3).map { sampleSpan($0, of: .named("shop")) }
        var expected: [UInt8] = []
        for span in spans { JSONSpanWriter.append(span, to: &expected) }
        let pipe = try Pipe()
        let encoder = SpanTarget.console(.json).makeEncoder()
        #expect(await pipe.transport.send(message(encoder, Array(spans[..<2]))) == Self.accepted)
        #expect(await pipe.transport.send(message(encoder, [spans[2]])) == Self.accepted)
        #expect(Self.contents(of: pipe.reading) == expected)
    }

    @Test func `are a tree of each batch for people`() {
        var encoder = SpanTreeEncoder(localTime: { _ in LocalTime(hour: 15, minute: 4, second: 5) }, width: { 100 })
        var (root, child, lone) = (
            sampleSpan(1, of: .named("shop")), sampleSpan(2, of: .named("shop")), sampleSpan(3, of: .named("shop"))
        )
        (child.traceID, child.parentSpanID, child.name) = (root.traceID, root.spanID, "SELECT")
        (lone.parentSpanID, lone.name) = (SpanID(9), "lone")
        root.name = "GET /"
        for span in [child, lone, root] { encoder.add(span) }
        #expect(encoder.spanCount == 3 && encoder.byteCount > 1024)
        let lines = String(decoding: encoder.finish(), as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 3 && encoder.spanCount == 0 && encoder.byteCount == 0)
        for (line, part) in zip(lines, ["● shop      GET /", "└─ shop      SELECT", "?─ shop      lone"]) {
            #expect(line.contains(part), "\(line)")
        }
    }

    @Test func `are refused when their reader has gone`() async throws {
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        close(ends[0])
        defer { close(ends[1]) }
        let transport = ConsoleTransport(output: LineOutput(OutputStream(ends[1])))
        #expect(await transport.send(Array("a\n".utf8)) == .refused(reason: "standard output: broken pipe"))
    }

    @Test func `wait for a reader as long as they are wanted, and tear no line`() async throws {
        let pipe = try Pipe()
        let transport = pipe.transport
        let line = [UInt8](repeating: UInt8(ascii: "x"), count: 10_000) + [UInt8(ascii: "\n")]
        let batch = Array(repeatElement(line, count: 10).joined())
        // More than a pipe holds.
        let outcome = await withTaskGroup(of: DeliveryOutcome.self) { group in
            group.addTask { await transport.send(batch) }
            var readable = pollfd(fd: pipe.reading, events: Int16(POLLIN), revents: 0)
            while poll(&readable, 1, 0) == 0 { try? await Task.sleep(for: .milliseconds(5)) }
            group.cancelAll()
            return await group.next()
        }
        guard case .unavailable(_, nil, true) = outcome else {
            Issue.record("\(String(describing: outcome))")
            return
        }
        // The line that was begun comes first; until the call before has ended, no other is made.
        var received: [UInt8] = []
        var last: DeliveryOutcome?
        await withTaskGroup(of: DeliveryOutcome?.self) { group in
            group.addTask {
                while true {
                    let outcome = await transport.send(Array("after\n".utf8))
                    if outcome == Self.accepted { return outcome }
                    try? await Task.sleep(for: .milliseconds(20))
                }
            }
            let reader = pipe.reading
            while last == nil {
                if received.suffix(6) == Array("after\n".utf8)[...] { last = await group.next() ?? nil }
                received += Self.contents(of: reader)
                try? await Task.sleep(for: .milliseconds(5))
            }
        }
        #expect(last == Self.accepted)
        let lines = received.split(separator: UInt8(ascii: "\n"))
        #expect(lines.dropLast().allSatisfy { $0.count == 10_000 } && lines.last == Array("after".utf8)[...])
    }
}
