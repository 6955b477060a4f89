import OTLP
import Spans
import TestSupport
import Testing

/// Every way in which a receiver that isn't ours can fail, on a real wire. That the books add up is told by the receiver: which
/// spans it had, and how often.
@Suite(.serialized, .timeLimit(.minutes(10))) struct `A receiver's fault` {
    /// What becomes of a batch that meets it.
    enum Fate: Sendable {
        case accepted(rejected: UInt64 = 0)
        case refused
        case unconfirmed
        /// Sent again, and taken. It may have got through before, or it surely hasn't.
        case resent(ambiguously: Bool)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var wire: Wire
        var answer: String
        var fate: Fate

        var testDescription: String { "\(wire.rawValue) \(answer)" }
    }

    private static let ofBoth: [(String, Fate)] = [
        ("partial:3:too old", .accepted(rejected: 3)), ("partial:0:slow down", .accepted()), ("slow:0.5", .accepted()),
        // More than there are in a batch.
        ("partial:99:all", .accepted(rejected: 10)),
        ("garbage", .unconfirmed), ("html", .unconfirmed), ("huge", .unconfirmed),
        ("half", .resent(ambiguously: true)), ("drip", .resent(ambiguously: true)),
        ("hang", .resent(ambiguously: true)), ("nonsense", .resent(ambiguously: true)),
        ("close", .resent(ambiguously: true)), ("reset", .resent(ambiguously: true)),
    ]
    private static let ofHTTP: [(String, Fate)] = [
        ("after:429:1", .resent(ambiguously: false)), ("after:503:1", .resent(ambiguously: false)),
    ]
    private static let ofGRPC: [(String, Fate)] = [
        ("retryinfo:8:0.5", .resent(ambiguously: false)), ("retryinfo:14:0.5", .resent(ambiguously: false)),
        ("retryinfo:3:0.5", .refused), ("goaway", .accepted()), ("unprocessed", .resent(ambiguously: false)),
        ("rst:2", .resent(ambiguously: true)), ("rst:7", .resent(ambiguously: false)),
        // By a proxy before the receiver (gRPC, "HTTP to gRPC Status Code Mapping").
        ("status:400", .refused), ("status:401", .refused), ("status:403", .refused), ("status:404", .refused),
        ("status:429", .resent(ambiguously: false)), ("status:502", .resent(ambiguously: true)),
        ("status:503", .resent(ambiguously: false)), ("status:504", .resent(ambiguously: true)),
    ]
    static let cases = Wire.allCases.flatMap { wire in
        (ofBoth + (wire == .grpc ? ofGRPC : ofHTTP)).map { Case(wire: wire, answer: $0.0, fate: $0.1) }
    }

    @Test(arguments: cases)
    func `costs what it must, and every span is accounted for`(fault: Case) async throws {
        let wire = fault.wire
        let collector = try await SharedCollector.start { try Collector([fault.answer, "ok"], speaks: wire.speech) }
        try await check([(fault.answer, fault.fate)], by: wire, at: collector)
    }

    /// Of HTTP (RFC 9110 and its registry), those that a request that is right can be answered with.
    @Test(arguments: [Wire.httpProtobuf, .httpJSON])
    func `named by an HTTP status is retried or not, as OTLP says`(wire: Wire) async throws {
        let sure = [429, 503]
        let ambiguous = [502, 504]
        let refused =
            [300, 301, 302, 303, 304, 305, 307, 308] + Array(400...428) + [431, 451, 500, 501]
            + Array(505...511)
        let faults =
            (sure + ambiguous + refused).map { status -> (String, Fate) in
                let isRefused = refused.contains(status)
                return (
                    "status:\(status)", isRefused ? .refused : .resent(ambiguously: ambiguous.contains(status))
                )
            }
        try await check(faults, by: wire)
    }

    @Test func `named by a gRPC status is retried or not, as OTLP says`() async throws {
        // CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS.
        let retryable = [1, 4, 10, 11, 14, 15]
        let faults = (1...16).map { code -> (String, Fate) in
            ("grpc:\(code):why", retryable.contains(code) ? .resent(ambiguously: true) : .refused)
        }
        try await check(faults, by: .grpc)
    }

    /// One receiver for all of them, and an exporter for each.
    private func check(_ faults: [(answer: String, fate: Fate)], by wire: Wire) async throws {
        var script: [String] = []
        for (answer, fate) in faults { script += [answer] + Self.answersAfter(fate) }
        let answers = script
        try await check(
            faults, by: wire,
            at: try await SharedCollector.start { try Collector(answers, speaks: wire.speech) })
    }

    /// `ok` to the other batch, and to the first when that is sent again.
    private static func answersAfter(_ fate: Fate) -> [String] {
        if case .resent = fate { ["ok", "ok"] } else { ["ok"] }
    }

    private func check(
        _ faults: [(answer: String, fate: Fate)], by wire: Wire, at collector: SharedCollector
    ) async throws {
        var seen = 0
        for (answer, fate) in faults {
            let all = try await FaultRun.with(try wire.receiver(collector.url)) { run in
                let ids = run.take(batches: 2)
                try await FaultRun.wait { run.transport.settled == 2 }
                return (ids: ids, summary: await run.finish(), notices: run.notices)
            }
            let requests = try collector.recorded(after: seen)
            seen += requests.count
            expect(all.summary, all.notices, requests, of: all.ids, fate, after: answer)
        }
    }

    private func expect(
        _ summary: DestinationSummary, _ notices: [DestinationNotice], _ requests: [CollectedRequest],
        of ids: Set<String>, _ fate: Fate, after answer: String
    ) {
        let batch = UInt64(FaultRun.batchSpans)
        #expect(requests.map(\.answer) == [answer] + Self.answersAfter(fate), "\(answer)")
        #expect(summary.spans == 2 * batch && summary.isBalanced, "\(answer): \(summary)")
        #expect(Set(requests.flatMap(\.ids)) == ids, "\(answer): not all were sent")
        #expect(requests.allSatisfy { $0.spanCount == FaultRun.batchSpans }, "\(answer)")
        let again = UInt64(requests.count) * batch - 2 * batch
        var (exported, rejected, resent) = (2 * batch, UInt64(0), UInt64(0))
        var losses: [LossReason: UInt64] = [:]
        switch fate {
        case .accepted(let count): (exported, rejected) = (2 * batch - count, count)
        case .refused: (exported, losses) = (batch, [.refused: batch])
        case .unconfirmed: (exported, losses) = (batch, [.unconfirmed: batch])
        case .resent(let isAmbiguous): resent = isAmbiguous ? again : 0
        }
        #expect(
            summary.exported == exported && summary.rejected == rejected && summary.losses == losses,
            "\(answer): \(summary) \(notices)")
        #expect(summary.retries == again / batch && summary.resent == resent, "\(answer): \(summary) \(notices)")
        // What was taken in the end is what the receiver has from requests that it took in earnest.
        let taken = requests.filter { ["ok", "slow", "partial", "goaway"].contains($0.answer.prefix { $0 != ":" }) }
        #expect(UInt64(Set(taken.flatMap(\.ids)).count) == exported + rejected, "\(answer)")
    }
}
