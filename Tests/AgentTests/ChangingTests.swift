import BPFRuntime
import CBPF
import Glibc
import OTLP
import Spans
import Synchronization
import TestSupport
import Testing

@testable import Agent

@Suite(.serialized, .enabled(if: geteuid() == 0, "needs root")) struct `A traced process` {
    /// Keeps the names of spans by outlet.
    private final class Kept: SpanSink {
        let barrier: Barrier
        private let spans = Mutex<[(name: String, path: String, outlet: Int, environment: String?)]>([])

        init(isHeldUp: Bool) {
            barrier = Barrier(isClosed: isHeldUp)
        }

        func take(_ span: Span, to outlet: SpanOutlet, of account: SpanAccount) {
            barrier.pass()
            spans.withLock {
                $0.append(
                    (
                        span.name, Self.text(span.attributes["url.path"]) ?? "", outlet.number,
                        Self.text(span.resource.attributes["deployment.environment.name"])
                    ))
            }
        }

        func flush() -> SinkOutcome { SinkOutcome(exported: 0, lost: 0) }
        func finish() -> SinkOutcome { SinkOutcome(exported: 0, lost: 0) }

        /// "PATH OUTLET ENVIRONMENT", once there are so many or ten seconds are over.
        func texts(atLeast count: Int) async throws -> [String] {
            let deadline = ContinuousClock.now + .seconds(10)
            while spans.withLock({ $0.count }) < count, ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(10))
            }
            return spans.withLock { $0.map { "\($0.path) \($0.outlet) \($0.environment ?? "-")" } }
        }

        private static func text(_ value: Spans.AttributeValue?) -> String? {
            if case .string(let text) = value { text } else { nil }
        }
    }

    /// A server, and a tracer that doesn't trace it yet.
    private final class Setup {
        let folder: TemporaryFolder
        let server: ChildProcess
        let address: String
        let sink: Kept
        let tracer: Tracer

        /// - Parameter isHeldUp: nobody reads the ring beyond the first span.
        init(isHeldUp: Bool = false) throws {
            sink = Kept(isHeldUp: isHeldUp)
            folder = try TemporaryFolder()
            let path = "\(folder.path)/server"
            try writeFile(path, readFile(GoToolchain.newest.build("httpserver", mode: .stripped)), permissions: 0o755)
            server = try ChildProcess([path])
            var printed = GatheredOutput(of: server)
            printed.gather(for: .seconds(20)) { $0.outputLines > 0 }
            address = String(try #require(printed.outputText.split(whereSeparator: \.isWhitespace).last))
            tracer = try Tracer(sink: sink, ledger: ArmedLedger(folder: "\(folder.path)/armed"))
        }

        /// Those on the server's file.
        func links() throws -> Set<UInt32> {
            Set(try UprobeLinks.all().filter { $0.path == "\(folder.path)/server" }.map(\.id))
        }

        func get(_ target: String) throws {
            _ = try Command.run(["/usr/bin/curl", "-sS", "http://\(address)\(target)"])
        }
    }

    private func options(
        _ outlet: Int, sampler: String = "always_on", environment: String? = nil
    ) throws -> TracingOptions {
        try TracingOptions(
            sampler: Sampler(name: sampler),
            resource: ResourceOverrides(environment.map { [(key: "deployment.environment.name", value: $0)] } ?? []),
            outlet: SpanOutlet(number: outlet))
    }

    @Test func `is traced in another way from one request to the next, without being armed again`() async throws {
        let setup = try Setup()
        let (tracer, pid) = (setup.tracer, setup.server.pid)
        #expect(try await !tracer.change(pid, to: options(1)))
        #expect(try await tracer.trace(tracer.examine(pid), options(1)))
        let armed = try setup.links()
        try setup.get("/hello?1")
        #expect(try await setup.sink.texts(atLeast: 1) == ["/hello 1 -"])
        #expect(try await tracer.change(pid, to: options(2, environment: "test")))
        try setup.get("/hello?2")
        #expect(try await setup.sink.texts(atLeast: 2).last == "/hello 2 test")
        #expect(try await tracer.change(pid, to: options(2, sampler: "always_off")))
        try setup.get("/hello?3")
        #expect(try await tracer.change(pid, to: options(3)))
        try setup.get("/hello?4")
        #expect(try await setup.sink.texts(atLeast: 3).dropFirst(2) == ["/hello 3 -"])
        #expect(try !armed.isEmpty && setup.links() == armed)
        let summary = try await tracer.stop()
        #expect(summary.begun == 4 && summary.unsampled == 1 && summary.lost == 0)
    }

    @Test func `has the spans that ended before a change made as before it, whenever they are read`() async throws {
        let setup = try Setup(isHeldUp: true)
        let (tracer, pid) = (setup.tracer, setup.server.pid)
        #expect(try await tracer.trace(tracer.examine(pid), options(1, environment: "old")))
        for _ in 0..<3 { try setup.get("/hello") }
        #expect(try await tracer.change(pid, to: options(2, environment: "new")))
        for _ in 0..<2 { try setup.get("/hello") }
        #expect(try await tracer.change(pid, to: options(3)))
        try setup.get("/hello")
        setup.sink.barrier.open()
        let expected = Array(repeating: "/hello 1 old", count: 3) + ["/hello 2 new", "/hello 2 new", "/hello 3 -"]
        #expect(try await setup.sink.texts(atLeast: 6) == expected)
        #expect(try await tracer.stop().lost == 0)
    }

    /// A change of its settings may undo that: BPF switches writes off itself before it tells of it.
    @Test func `is written to no more once BPF has told of a write that failed`() async throws {
        let setup = try Setup()
        let (tracer, pid) = (setup.tracer, setup.server.pid)
        #expect(try await tracer.trace(tracer.examine(pid), options(1)))
        let image = try #require(try tracer.watch.image(of: pid))
        let before = try #require(try await tracer.processes.value(of: image))
        #expect(before.writes == (tracer.propagates ? 1 : 0))
        let event = ns_process_event(
            process: image, kind: UInt32(NS_PROCESS_WRITES_OFF.rawValue), counters_slot: before.counters_slot)
        #expect(try await tracer.changes(after: .event(event)).count == 1)
        #expect(try await tracer.processes.value(of: image)?.writes == 0)
        #expect(try await tracer.change(pid, to: options(2)))
        #expect(try await tracer.trace(tracer.examine(pid), options(3)) == false)
        #expect(try await tracer.processes.value(of: image)?.writes == 0)
        _ = try await tracer.stop()
    }

    @Test func `is left alone when it isn't wanted any more, and taken up again when it is`() async throws {
        let setup = try Setup()
        let (tracer, pid) = (setup.tracer, setup.server.pid)
        #expect(try await tracer.trace(tracer.examine(pid), options(1)))
        let looking = Task { await tracer.lookAfterArmed() }
        defer { looking.cancel() }
        // One that is in flight when tracing ends is told of, one that begins afterwards isn't.
        var slow = try ChildProcess(["/usr/bin/curl", "-sS", "http://\(setup.address)/slow?ms=700"])
        let deadline = ContinuousClock.now + .seconds(10)
        var looks = 1
        while try Command.run(["/usr/bin/curl", "-sS", "http://\(setup.address)/stats"]).output.contains("/slow")
            == false
        {
            looks += 1
            try #require(ContinuousClock.now < deadline)
        }
        let before = try await setup.sink.texts(atLeast: looks).count
        #expect(try await tracer.untrace(pid))
        #expect(try await !tracer.untrace(pid))
        try setup.get("/hello?unwanted")
        #expect(slow.wait() == 0)
        let told = try await setup.sink.texts(atLeast: before + 1)
        #expect(told.last == "/slow 1 -" && !told.contains("/hello 1 -"), "\(told)")
        try await Task.sleep(for: .seconds(1))
        #expect(try await tracer.trace(tracer.examine(pid), options(2)))
        try setup.get("/hello?again")
        #expect(try await setup.sink.texts(atLeast: told.count + 1).last == "/hello 2 -")
        let summary = try await tracer.stop()
        #expect(summary.begun == UInt64(told.count) + 1 && summary.inFlight == 0 && summary.lost == 0, "\(summary)")
    }
}
