import OTLP
import Spans
import TestSupport
import Testing

/// Receivers that can't be spoken to, for a while or for good, and those that fail at random.
@Suite(.serialized, .timeLimit(.minutes(10))) struct `A receiver's outage` {
    /// What isn't taken yet when the exporter is to end.
    private static let batches = 3
    private static let spans = UInt64(batches * FaultRun.batchSpans)

    @Test(arguments: Wire.allCases)
    func `is sat out: all spans arrive once when it is over`(wire: Wire) async throws {
        let gone = try await SharedCollector.start { try Collector(speaks: wire.speech) }
        gone.kill()
        try await FaultRun.with(try wire.receiver(gone.url)) { run in
            let ids = run.take(batches: Self.batches)
            try await FaultRun.wait { run.transport.outcomes.count >= 3 }
            let back = try await SharedCollector.start { try Collector(speaks: wire.speech, port: gone.port) }
            try await FaultRun.wait { run.transport.settled == Self.batches }
            let summary = await run.finish()
            let requests = try back.recorded()
            #expect(requests.count == Self.batches && Set(requests.flatMap(\.ids)) == ids)
            #expect(summary.exported == Self.spans && summary.isBalanced && summary.resent == 0, "\(summary)")
            #expect(summary.retries >= 3)
            #expect(run.notices == [.unavailable(reason: "connection refused"), .recovered])
        }
    }

    @Test(arguments: Wire.allCases)
    func `that begins between requests loses nothing, and sends nothing twice unseen`(wire: Wire) async throws {
        let first = try await SharedCollector.start { try Collector(speaks: wire.speech) }
        try await FaultRun.with(try wire.receiver(first.url)) { run in
            var ids = run.take(batches: 1)
            try await FaultRun.wait { run.transport.settled == 1 }
            let before = try first.recorded()
            first.kill()
            ids.formUnion(run.take(batches: 1, from: 1000))
            try await FaultRun.wait { run.transport.outcomes.count >= 2 }
            let second = try await SharedCollector.start { try Collector(speaks: wire.speech, port: first.port) }
            try await FaultRun.wait { run.transport.settled == 2 }
            let summary = await run.finish()
            let received = (before + (try second.recorded())).flatMap(\.ids)
            #expect(Set(received) == ids && received.count == ids.count)
            #expect(summary.exported == UInt64(ids.count) && summary.isBalanced && summary.retries > 0, "\(summary)")
        }
    }

    @Test(arguments: Wire.allCases)
    func `that doesn't end has its spans counted`(wire: Wire) async throws {
        let gone = try await SharedCollector.start { try Collector(speaks: wire.speech) }
        gone.kill()
        try await FaultRun.with(try wire.receiver(gone.url)) { run in
            _ = run.take(batches: Self.batches)
            try await FaultRun.wait { run.transport.outcomes.count >= 2 }
            let summary = await run.finish()
            #expect(summary.losses == [.stopped: Self.spans] && summary.isBalanced && summary.exported == 0)
        }
        var limits = FaultRun.limits
        limits.retrying = .seconds(2)
        try await FaultRun.with(try wire.receiver(gone.url), limits: limits) { run in
            _ = run.take(batches: 1)
            let losses: [LossReason: UInt64] = [.unavailable: UInt64(FaultRun.batchSpans)]
            try await FaultRun.wait { run.summary.losses == losses }
            let summary = await run.finish()
            #expect(summary.losses == losses && summary.isBalanced && summary.exported == 0)
            #expect(run.transport.outcomes.count >= 2)
        }
    }

    /// Connections come to it, and nobody takes them.
    @Test(arguments: Wire.allCases, [false, true])
    func `is a silence, too`(wire: Wire, isSecure: Bool) async throws {
        let listener = try SilentListener()
        var limits = FaultRun.limits
        limits.attempt = .seconds(10)
        let scheme = wire == .grpc ? "grpc" : "http"
        let url = "\(scheme)\(isSecure ? "s" : "")://127.0.0.1:\(listener.port)"
        try await FaultRun.with(try wire.receiver(url), limits: limits) { run in
            _ = run.take(batches: 1)
            try await FaultRun.wait { !run.notices.isEmpty }
            let summary = await run.finish()
            #expect(summary.losses == [.stopped: UInt64(FaultRun.batchSpans)] && summary.isBalanced)
        }
    }

    enum Certificate: CaseIterable, Sendable {
        case ofNobodyTrusted, forAnother, expired, missing
    }

    @Test(arguments: Wire.allCases, Certificate.allCases)
    func `by a certificate that is no good is told as that, and nothing is sent`(
        wire: Wire, fault: Certificate
    ) async throws {
        let folder = try TemporaryFolder()
        let other = try TemporaryFolder()
        let certificate = try SelfSignedCertificate(
            in: folder.path, for: fault == .forAnother ? "DNS:elsewhere.invalid" : "IP:127.0.0.1",
            isExpired: fault == .expired)
        let trusted = fault == .ofNobodyTrusted ? try SelfSignedCertificate(in: other.path) : certificate
        let collector = try await SharedCollector.start {
            // Of one that is missing, the receiver asks for the client's.
            try Collector(speaks: wire.speech, certificate: certificate.both, isMutual: fault == .missing)
        }
        var receiver = try wire.receiver(collector.url)
        receiver.tls = TLSSettings(authorities: .bytes(try readFile(trusted.certificate)))
        try await FaultRun.with(receiver) { run in
            _ = run.take(batches: Self.batches)
            try await FaultRun.wait { run.transport.outcomes.count >= 2 }
            let summary = await run.finish()
            #expect(summary.losses == [.stopped: Self.spans] && summary.isBalanced && summary.exported == 0)
            #expect(try collector.recorded().isEmpty)
            guard case .unavailable(let reason) = run.notices.first, run.notices.count == 1 else {
                Issue.record("\(run.notices)")
                return
            }
            #expect(reason.contains("TLS"), "\(reason)")
        }
    }

    /// Answers at random, four requests at a time.
    @Test(arguments: Wire.allCases, [Receiver.Compression.none, .gzip])
    func `that comes and goes leaves every span accounted for`(
        wire: Wire, compression: Receiver.Compression
    ) async throws {
        let refusals = [wire == .grpc ? "grpc:3:why" : "status:400:why"]
        let nonsense = ["garbage", "html"]
        let busy = wire == .grpc ? ["retryinfo:8:0.1", "retryinfo:14:0.1"] : ["after:429:1", "status:503:busy"]
        let unclear = ["close", "reset", "half", wire == .grpc ? "grpc:14:why" : "status:502"]
        let taken = ["ok", "ok", "ok", "ok", "slow:0.1", "partial:3:too old"]
        let answers = (0..<80).compactMap { _ in (refusals + nonsense + busy + unclear + taken).randomElement() }
        let collector = try await SharedCollector.start { try Collector(answers + ["ok"], speaks: wire.speech) }
        var receiver = try wire.receiver(collector.url)
        receiver.compression = compression
        var limits = FaultRun.limits
        limits.requests = 4
        let batches = 100
        let (ids, summary) = try await FaultRun.with(receiver, limits: limits) { run in
            let ids = run.take(batches: batches)
            try await FaultRun.wait { run.transport.settled == batches }
            return (ids, await run.finish())
        }
        let requests = try collector.recorded()
        let size = UInt64(FaultRun.batchSpans)
        let comment = Comment(rawValue: "\(summary) after \(answers)")
        #expect(summary.spans == UInt64(ids.count) && summary.isBalanced && summary.exported > 0, comment)
        #expect(Set(requests.flatMap(\.ids)) == ids, comment)
        #expect(UInt64(requests.count) <= UInt64(batches) + summary.retries, comment)
        #expect(summary.resent <= summary.retries * size, comment)

        func spans(_ answers: [String]) -> [String] {
            requests.filter { answers.contains($0.answer) }.flatMap(\.ids)
        }
        // Its word for it is all that there is: each span that it may have twice was counted as sent again.
        let had = spans(taken + unclear + nonsense)
        #expect(UInt64(had.count - Set(had).count) <= summary.resent, comment)
        let confirmed = UInt64(Set(spans(taken)).count)
        let lost = UInt64(Set(spans(refusals + nonsense)).count)
        #expect(summary.exported + summary.rejected <= confirmed && summary.lost <= lost, comment)
        // By HTTP/1.1 each has a connection of its own, and doesn't go down with others.
        if wire != .grpc {
            #expect(UInt64(requests.count) == UInt64(batches) + summary.retries, comment)
            #expect(summary.exported + summary.rejected == confirmed && summary.lost == lost, comment)
            let rejecting = UInt64(requests.count { $0.answer == "partial:3:too old" })
            #expect(summary.rejected == 3 * rejecting, comment)
        }
        let wire = requests.reduce(0) { $0 + $1.wire }
        #expect((2 * wire < requests.reduce(0) { $0 + $1.bytes }) == (compression == .gzip), "\(wire) bytes")
    }
}
