import BPFRuntime
import CBPF
import CLibbpf
import Glibc
import OTLP
import Spans
import TestSupport
import Testing
import Workloads

@testable import Agent

@Suite(.serialized, .enabled(if: geteuid() == 0, "needs root")) struct `A slot of an executable` {
    private struct Nowhere: SpanSink {
        func take(_ span: Span, to outlet: SpanOutlet, of account: SpanAccount) {}
        func flush() -> SinkOutcome { SinkOutcome(exported: 0, lost: 0) }
        func finish() -> SinkOutcome { SinkOutcome(exported: 0, lost: 0) }
    }

    @Test func `is another one each time, and so is the cookie`() {
        var slots = BinarySlots()
        var cookies: Set<UInt64> = []
        for _ in 0..<3 * NS_MAX_BINARIES {
            guard let slot = slots.take() else { continue }
            cookies.insert(slot.cookie(variant: 3))
            slots.giveBack(slot)
        }
        #expect(cookies.count == 3 * NS_MAX_BINARIES)
        #expect(cookies.allSatisfy { $0 >> 32 & 0xff == 3 && UInt32(truncatingIfNeeded: $0) < NS_MAX_BINARIES })
        var last = BinarySlots.Slot(number: 0, generation: 1 << 24 - 1)
        for _ in 0..<NS_MAX_BINARIES { _ = slots.take() }
        slots.giveBack(last)
        last = slots.take() ?? last
        #expect(last == BinarySlots.Slot(number: 0, generation: 0) && slots.isEmpty)
    }

    /// Whoever lists the links of the machine holds them for a moment.
    @Test func `does nothing for the probes of the one before, when somebody holds those`() async throws {
        let folder = try TemporaryFolder()
        let binary = try readFile(GoToolchain.newest.build("httpserver", mode: .stripped))
        for name in ["first", "second"] { try writeFile("\(folder.path)/\(name)", binary, permissions: 0o755) }
        let first = try RunningService(["\(folder.path)/first"])
        let second = try RunningService(["\(folder.path)/second"])
        let tracer = try Tracer(sink: Nowhere(), ledger: ArmedLedger(folder: "\(folder.path)/armed"))
        let candidate = try await tracer.examine(first.child.pid)
        #expect(try await tracer.trace(candidate, TracingOptions()))
        let held = try UprobeLinks.all().filter { $0.path == "\(folder.path)/first" }
            .map { bpf_link_get_fd_by_id($0.id) }
        defer { for descriptor in held { close(descriptor) } }
        try #require(!held.isEmpty && held.allSatisfy { $0 >= 0 })
        try await tracer.leaveSlot(of: candidate)
        #expect(try await tracer.trace(tracer.examine(second.child.pid), TracingOptions()))
        try await tracer.enable(candidate.image, pid: first.child.pid, settings: Tracer.strayed)
        for server in [first.address, second.address] {
            #expect(try Command.run(["/usr/bin/curl", "-sS", "http://\(server)/hello"]).code == 0)
        }
        #expect(try await tracer.strays() == 0)
        #expect(try await tracer.stop().begun == 1)
    }
}

extension Tracer {
    fileprivate static let strayed: ns_process_settings = {
        var settings = ns_process_settings()
        settings.counters_slot = UInt32(NS_MAX_PROCESSES - 1)
        return settings
    }()

    fileprivate func strays() throws -> UInt64? {
        try counters.value(of: Self.strayed.counters_slot)?.begun
    }

    /// Ends the tracing of a process, and has its executable's slot be the next that is taken.
    fileprivate func leaveSlot(of candidate: TraceCandidate) throws {
        let user = try #require(traced.first { $0.value.pid == candidate.process.pid }?.key)
        _ = try processes.remove(candidate.image)
        try release(user)
        disarm(candidate.executable.identity)
        for _ in 1..<NS_MAX_BINARIES { _ = binarySlots.take() }
    }
}
