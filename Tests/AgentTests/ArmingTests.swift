import Agent
import BPFRuntime
import Glibc
import OTLP
import Spans
import SystemPackage
import TestSupport
import Testing
import Workloads

/// What was analysed is what is armed, or nothing is.
@Suite(.serialized, .enabled(if: geteuid() == 0, "needs root")) struct `The tracer refuses` {
    private struct Nowhere: SpanSink {
        func take(_ span: Span, to outlet: SpanOutlet, of account: SpanAccount) {}
        func flush() -> SinkOutcome { SinkOutcome(exported: 0, lost: 0) }
        func finish() -> SinkOutcome { SinkOutcome(exported: 0, lost: 0) }
    }

    @Test func `a file that was overwritten after it was analysed`() async throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/server"
        try writeFile(path, readFile(Self.server(GoToolchain.all.last)), permissions: 0o755)
        let file = try ExecutableFile(path: FilePath(path))
        let plan = try ExecutableAnalysis(of: file).plan()
        try writeFile(path, readFile(Self.server(GoToolchain.all.first)), permissions: 0o755)
        let tracer = try Tracer(sink: Nowhere(), ledger: ArmedLedger(folder: "\(folder.path)/armed"))
        let error = await #expect(throws: TracerError.self) {
            try await tracer.awaitLaunch(
                of: file, by: plan, facts: ProcessFacts(launching: path, goVersion: "", environment: [:]),
                TracingOptions())
        }
        guard case .executableChanged(path) = error else { throw Unexpected(error: error) }
        #expect(try fileNames(in: "\(folder.path)/armed").isEmpty)
        #expect(try await tracer.stop().begun == 0)
    }

    @Test func `a process that has executed another program since it was examined`() async throws {
        let folder = try TemporaryFolder()
        let go = try #require(GoToolchain.all.last)
        let child = try ChildProcess([try go.build("replaceable", mode: .stripped), try Self.server(go)])
        var printed = GatheredOutput(of: child)
        printed.gather(for: .seconds(20)) { $0.outputLines > 0 }
        let address = try #require(printed.outputText.split(separator: " ").last?.dropLast())
        let tracer = try Tracer(sink: Nowhere(), ledger: ArmedLedger(folder: "\(folder.path)/armed"))
        let candidate = try await tracer.examine(child.pid)
        _ = try Command.run(["/usr/bin/curl", "-s", "http://\(address)/exec"])
        printed.gather(for: .seconds(20)) { $0.outputLines > 1 }
        let error = await #expect(throws: TracerError.self) {
            try await tracer.trace(candidate, TracingOptions())
        }
        guard case .executableChanged("process \(child.pid)") = error else { throw Unexpected(error: error) }
        #expect(try fileNames(in: "\(folder.path)/armed").isEmpty)
        #expect(try await tracer.stop().begun == 0)
    }

    private static func server(_ go: GoToolchain?) throws -> String {
        try #require(go).build("httpserver", mode: .stripped)
    }

    private struct Unexpected: Error {
        let error: TracerError?
    }
}
