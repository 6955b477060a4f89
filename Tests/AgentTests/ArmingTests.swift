import Agent
import BPFRuntime
import Glibc
import Spans
import SystemPackage
import TestSupport
import Testing
import Workloads

/// What was analysed is what is armed, or nothing is.
@Suite(.serialized, .enabled(if: geteuid() == 0, "needs root")) struct `The tracer refuses` {
    private struct Nowhere: SpanSink {
        func take(_ span: Span) {}
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
        let error = await #expect(throws: TracerError.self) { try await tracer.arm(file, by: plan) }
        guard case .executableChanged(path) = error else { throw Unexpected(error: error) }
        #expect(try fileNames(in: "\(folder.path)/armed").isEmpty)
        #expect(try await tracer.stop().begun == 0)
    }

    @Test func `a process that runs another file than the one that is armed`() async throws {
        let folder = try TemporaryFolder()
        let path = try Self.server(GoToolchain.all.last)
        let child = try ChildProcess([try Self.server(GoToolchain.all.first)])
        let process = try LocalProcess.read(pid: child.pid)
        let file = try ExecutableFile(path: FilePath(path))
        let plan = try ExecutableAnalysis(of: file).plan()
        let tracer = try Tracer(sink: Nowhere(), ledger: ArmedLedger(folder: "\(folder.path)/armed"))
        try await tracer.arm(file, by: plan)
        #expect(try fileNames(in: "\(folder.path)/armed").count == 1)
        let error = await #expect(throws: TracerError.self) {
            try await tracer.trace(process, running: file, goVersion: "", sampler: .standard)
        }
        guard case .executableChanged("process \(process.pid)") = error else { throw Unexpected(error: error) }
        #expect(try await tracer.stop().begun == 0)
        #expect(try fileNames(in: "\(folder.path)/armed").isEmpty)
    }

    private static func server(_ go: GoToolchain?) throws -> String {
        try #require(go).build("httpserver", mode: .stripped)
    }

    private struct Unexpected: Error {
        let error: TracerError?
    }
}
