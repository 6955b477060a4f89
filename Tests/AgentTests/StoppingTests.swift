import Agent
import BPFRuntime
import Glibc
import OTLP
import Spans
import TestSupport
import Testing

@Suite(.serialized, .enabled(if: geteuid() == 0, "needs root")) struct `A tracer that has stopped` {
    private struct Nowhere: SpanSink {
        func take(_ span: Span, to outlet: SpanOutlet, of account: SpanAccount) {}
        func flush() -> SinkOutcome { SinkOutcome(exported: 0, lost: 0) }
        func finish() -> SinkOutcome { SinkOutcome(exported: 0, lost: 0) }
    }

    /// Perf links stay until the process ends; uprobe_multi's don't.
    @Test(arguments: AttachKind.allCases)
    func `lets nothing happen any more that the books would have to tell`(kind: AttachKind) async throws {
        let folder = try TemporaryFolder()
        let (path, records) = ("\(folder.path)/server", "\(folder.path)/armed")
        try writeFile(path, readFile(GoToolchain.newest.build("httpserver", mode: .stripped)), permissions: 0o755)
        let server = try ChildProcess([path])
        var printed = GatheredOutput(of: server)
        printed.gather(for: .seconds(20)) { $0.outputLines > 0 }
        let address = try #require(printed.outputText.split(whereSeparator: \.isWhitespace).last)

        let tracer = try Tracer(sink: Nowhere(), ledger: ArmedLedger(folder: records), attaching: kind)
        #expect(try await tracer.trace(tracer.examine(server.pid), TracingOptions()))

        // A request lasts as long as its body comes.
        let body = "\(folder.path)/body"
        try #require(mkfifo(body, 0o600) == 0)
        let writer = open(body, O_RDWR | O_CLOEXEC)
        try #require(writer >= 0)
        var client = try ChildProcess([
            "/bin/bash", "-c", "exec curl -sS -X POST -T - \"http://$1/echo?n=1\" <\"$2\"", "bash", String(address),
            body,
        ])
        let deadline = ContinuousClock.now + .seconds(20)
        while try !Command.run(["/usr/bin/curl", "-sS", "http://\(address)/stats"]).output.contains("/echo") {
            try #require(ContinuousClock.now < deadline, "the request doesn't reach its handler")
        }
        let summary = try await tracer.stop()
        #expect(summary.inFlight == 1)
        #expect(try fileNames(in: records).isEmpty)

        close(writer)
        #expect(client.wait() == 0)
        _ = try Command.run(["/usr/bin/curl", "-sS", "http://\(address)/hello"])
        let afterwards = try await tracer.stop()
        #expect(afterwards == summary, "\(afterwards), not \(summary)")
    }
}
