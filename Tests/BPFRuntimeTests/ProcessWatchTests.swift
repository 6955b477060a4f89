import BPFRuntime
import CBPF
import Glibc
import Synchronization
import TestSupport
import Testing

@Suite struct `Process watch` {
    @Test func `one process is found by its pid and among all`() throws {
        let watch = try ProcessWatch()
        let own = try #require(try watch.image(of: getpid()))
        let parent = try #require(try watch.image(of: getppid()))
        let all = try watch.images()
        #expect(all[pid_t(bitPattern: own.tgid)]?.start_boottime_ns == own.start_boottime_ns)
        #expect(all[pid_t(bitPattern: own.tgid)]?.exec_id == own.exec_id)
        #expect(parent.start_boottime_ns < own.start_boottime_ns)
        #expect(all.count > 10)
        #expect(try watch.image(of: 0x3fff_ffff) == nil)
    }

    @Test(arguments: [ExecFixture.leader, .otherThread])
    func `exec in place ends the old image and its requests, and traces nothing new`(fixture: ExecFixture) async throws
    {
        let folder = try TemporaryFolder()
        let watch = try ProcessWatch()
        let (events, continuation) = AsyncStream.makeStream(of: ns_process_event.self)
        let reader = try watch.events { continuation.yield($0) }
        var child = try ChildProcess([try fixture.build(in: folder.path), "/bin/sleep", "1000"])
        var stop = siginfo_t()
        waitid(P_PID, id_t(child.pid), &stop, WSTOPPED | WNOWAIT)
        let shell = try #require(try watch.image(of: child.pid))
        let other = try #require(try watch.image(of: getpid()))
        try trace(shell, slot: 7, requests: 3, with: watch)
        try trace(other, slot: 8, requests: 1, with: watch)
        child.send(SIGCONT)

        let event = try #require(await events.first { _ in true })
        #expect(event.kind == NS_PROCESS_REPLACED.rawValue)
        #expect(event.process.tgid == shell.tgid)
        #expect(event.process.exec_id == shell.exec_id)
        #expect(event.counters_slot == 7)
        let sleeper = try #require(try watch.image(of: child.pid))
        #expect(sleeper.exec_id == shell.exec_id + 1)
        #expect(sleeper.start_boottime_ns == shell.start_boottime_ns)
        #expect(try watch.processes().keys().map(\.tgid) == [other.tgid])
        #expect(try inFlight(watch).keys().map(\.process.tgid) == [other.tgid, other.tgid])
        #expect(try lost(inSlot: 7, watch) == 3)
        #expect(try unsampled(inSlot: 7, watch) == 1)
        #expect(try lost(inSlot: 8, watch) == 0)
        reader.stop()
        child.send(SIGKILL)
        _ = child.wait()
    }

    /// The program has a segment at a kernel address, which the kernel finds out when the old image is gone.
    @Test func `an exec that fails too late to return ends the old image`() async throws {
        let folder = try TemporaryFolder()
        let broken = "\(folder.path)/broken"
        try writeFile(broken, unloadableProgram(), permissions: 0o755)
        let watch = try ProcessWatch()
        let (events, continuation) = AsyncStream.makeStream(of: ns_process_event.self)
        let reader = try watch.events { continuation.yield($0) }
        var child = try ChildProcess([try ExecFixture.leader.build(in: folder.path), broken])
        var stop = siginfo_t()
        waitid(P_PID, id_t(child.pid), &stop, WSTOPPED | WNOWAIT)
        let image = try #require(try watch.image(of: child.pid))
        try trace(image, slot: 9, requests: 2, with: watch)
        child.send(SIGCONT)
        #expect(child.wait() == 128 + SIGSEGV)
        let event = try #require(await events.first { _ in true })
        #expect(event.kind == NS_PROCESS_EXITED.rawValue)
        #expect(event.process.exec_id == image.exec_id)
        #expect(try watch.processes().count() == 0)
        #expect(try lost(inSlot: 9, watch) == 2)
        reader.stop()
    }

    @Test(arguments: ["1.19", "1.27.3"])
    func `a program of many threads ends once, with its last thread`(version: String) async throws {
        let watch = try ProcessWatch()
        let (events, continuation) = AsyncStream.makeStream(of: ns_process_event.self)
        let reader = try watch.events { continuation.yield($0) }
        let go = try #require(GoToolchain.all.first { $0.version == version })
        var child = try ChildProcess([try go.build("httpserver", mode: .stripped)])
        let lines = LineReader(child.standardOutput)
        #expect(lines.next()?.hasPrefix("listening ") == true)
        let image = try #require(try watch.image(of: child.pid))
        try trace(image, slot: 1023, requests: 500, with: watch)
        child.send(SIGKILL)
        #expect(child.wait() == 128 + SIGKILL)

        let event = try #require(await events.first { _ in true })
        #expect(event.kind == NS_PROCESS_EXITED.rawValue)
        #expect(event.process.start_boottime_ns == image.start_boottime_ns)
        #expect(try watch.processes().count() == 0)
        #expect(try inFlight(watch).count() == 0)
        #expect(try lost(inSlot: 1023, watch) == 500)
        reader.stop()
        continuation.finish()
        #expect(await events.first { _ in true } == nil)
    }

    @Test func `execs are told of by the beginning of the executable's name`() async throws {
        let folder = try TemporaryFolder()
        let names = ["shop", "shop-server", "sho", "bank", "a-name-of-more-than-fifteen-bytes", "a-name-of-more-"]
        for name in names { try writeFile("\(folder.path)/\(name)", readFile("/bin/true"), permissions: 0o755) }
        let watch = try ProcessWatch()
        let (events, continuation) = AsyncStream.makeStream(of: ns_process_event.self)
        let reader = try watch.events { continuation.yield($0) }
        func run() throws -> [String: UInt32] {
            var pids: [String: UInt32] = [:]
            for name in names {
                var child = try ChildProcess(["\(folder.path)/\(name)"])
                pids[name] = UInt32(child.pid)
                _ = child.wait()
            }
            return pids
        }
        let before = try run()
        try watch.reportExecs(of: ExecNames(["shop", "a-name-of-more-than-sixteen"]))
        let told = try run()
        reader.stop()
        continuation.finish()
        var pids: Set<UInt32> = []
        for await event in events where event.kind == NS_PROCESS_EXECUTED.rawValue { pids.insert(event.process.tgid) }
        #expect(pids.isDisjoint(with: before.values))
        // Others start processes with such names hardly ever. Longer beginnings are cut: what is told of is looked at again.
        let expected = ["shop", "shop-server", "a-name-of-more-than-fifteen-bytes", "a-name-of-more-"]
        #expect(pids == Set(expected.compactMap { told[$0] }))
    }

    @Test func `events that the ring has no room for are missed, not lost in silence`() throws {
        let folder = try TemporaryFolder()
        let many = 3000
        let repeating = try repeatingProgram(in: folder.path)
        let watch = try ProcessWatch()
        try watch.reportExecs(of: ExecNames(["repeating"]))
        let gate = Mutex(())
        let counts = Mutex((events: 0, misses: 0))
        let reader = try gate.withLock { _ in
            let reader = try watch.events { _ in
                gate.withLock { _ in }
                counts.withLock { $0.events += 1 }
            } onMiss: {
                counts.withLock { $0.misses += 1 }
            }
            let run = try Command.run([repeating, "\(many)"])
            #expect(run.code == 0)
            return reader
        }
        reader.stop()
        let (events, misses) = counts.withLock { $0 }
        #expect(events > 1000 && events < many && misses == 1)
    }

    @Test func `a launched command is traced from its start`() throws {
        let run = try Command.run([try runtimeFixture(), "launch", "/bin/sleep", "1000"])
        #expect(run.output == "launched true true 0\n")
        #expect(run.errors == "")
    }

    private func trace(
        _ image: ns_process_image, slot: UInt32, requests: UInt64, with watch: borrowing ProcessWatch
    ) throws {
        var settings = ns_process_settings()
        settings.counters_slot = slot
        try watch.processes().set(settings, for: image)
        let map = try inFlight(watch)
        var request = ns_http_in_flight()
        request.record.span.kind = UInt16(NS_RECORD_HTTP_SERVER.rawValue)
        request.record.span.counters_slot = slot
        request.record.span.flags = UInt8(NS_TRACE_FLAG_SAMPLED)
        for goid in 0..<requests { try map.set(request, for: ns_goroutine(process: image, goid: goid)) }
        // One that isn't sampled can't be lost.
        request.record.span.flags = 0
        try map.set(request, for: ns_goroutine(process: image, goid: requests))
    }

    private func inFlight(_ watch: borrowing ProcessWatch) throws -> BPFMap<ns_goroutine, ns_http_in_flight> {
        try watch.object.map("http_in_flight")
    }

    private func unsampled(inSlot slot: UInt32, _ watch: borrowing ProcessWatch) throws -> UInt64? {
        try watch.counters().value(of: slot)?.unsampled
    }

    private func lost(inSlot slot: UInt32, _ watch: borrowing ProcessWatch) throws -> UInt64? {
        // The order of `enum ns_loss_reason`.
        try watch.counters().value(of: slot)?.lost.4
    }
}
