import BPFRuntime
import CBPF
import Glibc
import Synchronization
import TestSupport
import Testing

/// What the test's program sends at each hit.
private struct Hit: BitwiseCopyable, Sendable {
    var process: ns_process_image
    var cookie: UInt64
}

@Suite struct `Ring buffer reader` {
    private static let sendingProgram = """
        struct hit { struct ns_process_image process; __u64 cookie; };
        struct {
            __uint(type, BPF_MAP_TYPE_RINGBUF);
            __uint(max_entries, 16384);
        } small SEC(".maps");
        struct {
            __uint(type, BPF_MAP_TYPE_RINGBUF);
            __uint(max_entries, 1 << 20);
        } large SEC(".maps");
        SEC("uprobe") int send(void *context)
        {
            struct hit hit = {.process = ns_current_process_image(), .cookie = bpf_get_attach_cookie(context)};
            if (bpf_map_lookup_elem(&processes, &hit.process))
                bpf_ringbuf_output(&small, &hit, sizeof(hit), BPF_RB_NO_WAKEUP);
            return 0;
        }
        SEC("uprobe") int send_many(void *context)
        {
            struct hit hit = {.process = ns_current_process_image()};
            if (bpf_map_lookup_elem(&processes, &hit.process))
                for (hit.cookie = 0; hit.cookie < 60; hit.cookie++)
                    bpf_ringbuf_output(&large, &hit, sizeof(hit), BPF_RB_NO_WAKEUP);
            return 0;
        }

        """

    /// Also shows that a program sees the identity that the iterator tells, the maps of another object, and its cookies. The
    /// ring is written five times over, and is no multiple of its records, so that some lie across its end.
    @Test func `records without wake-ups come by the timer, in order, and the last of them with stop`() async throws {
        let folder = try TemporaryFolder()
        let records = try TemporaryFolder()
        let many = try manyFunctions(100, in: folder.path)
        let traced = try ChildProcess([many])
        let other = try ChildProcess([many])
        let lines = LineReader(traced.standardOutput)
        let otherLines = LineReader(other.standardOutput)
        let offsets = try #require(lines.next()).split(separator: " ").compactMap { UInt64($0) }
        _ = otherLines.next()

        let watch = try ProcessWatch()
        let program = try TestProgram(Self.sendingProgram, in: folder.path)
        let object = try BPFObject(program.image(), name: "test", sharingMapsOf: watch.object)
        let armed = try ArmedExecutable(
            "/proc/\(traced.pid)/exe",
            sites: offsets.enumerated().map { ProbeSite(program: "send", offset: $1, cookie: UInt64($0)) }, of: object,
            ledger: try ArmedLedger(folder: records.path))
        let image = try #require(try watch.image(of: traced.pid))
        try watch.processes().set(ns_process_settings(), for: image)

        let (hits, continuation) = AsyncStream.makeStream(of: Hit.self)
        let reader = try RingBufferReader("small", of: object, pacing: .spans) { record in
            continuation.yield(record.loadUnaligned(as: Hit.self))
        }
        var received = hits.makeAsyncIterator()
        for round in 1...20 {
            for (process, lines) in [(traced.pid, lines), (other.pid, otherLines)] {
                kill(process, SIGUSR1)
                #expect(lines.next() == "\(round * 100)")
            }
            if round == 20 { break }
            for cookie in 0..<100 {
                let hit = try #require(await received.next())
                #expect(hit.cookie == UInt64(cookie))
                #expect(hit.process.tgid == image.tgid && hit.process.exec_id == image.exec_id)
                #expect(hit.process.start_boottime_ns == image.start_boottime_ns)
            }
        }
        reader.stop()
        continuation.finish()
        for cookie in 0..<100 { #expect(await received.next()?.cookie == UInt64(cookie)) }
        #expect(await received.next() == nil)
        try armed.disarm()
    }

    @Test func `tells how far it has read while there is much to read, of which stop leaves nothing`() throws {
        let folder = try TemporaryFolder()
        let records = try TemporaryFolder()
        let traced = try ChildProcess([try manyFunctions(100, in: folder.path)])
        let lines = LineReader(traced.standardOutput)
        let offsets = try #require(lines.next()).split(separator: " ").compactMap { UInt64($0) }
        let watch = try ProcessWatch()
        let program = try TestProgram(Self.sendingProgram, in: folder.path)
        let object = try BPFObject(program.image(), name: "test", sharingMapsOf: watch.object)
        let armed = try ArmedExecutable(
            "/proc/\(traced.pid)/exe",
            sites: offsets.map { ProbeSite(program: "send_many", offset: $0, cookie: 0) }, of: object,
            ledger: try ArmedLedger(folder: records.path))
        let image = try #require(try watch.image(of: traced.pid))
        try watch.processes().set(ns_process_settings(), for: image)

        let read = Mutex(0)
        let drained = Mutex<[Int]>([])
        let reader = try RingBufferReader(
            "large", of: object, pacing: RingPacing(shortest: .seconds(600), longest: .seconds(600))
        ) { _ in
            read.withLock { $0 += 1 }
        } afterDrain: { _ in
            let count = read.withLock { $0 }
            drained.withLock { $0.append(count) }
        }
        kill(traced.pid, SIGUSR1)
        #expect(lines.next() == "100")
        reader.stop()
        #expect(drained.withLock { $0 } == [4096, 6000])
        try armed.disarm()
    }

    @Test func `waits double while idle up to the longest, and start over with a record`() {
        let pacing = RingPacing.spans
        var waits: [Duration] = [pacing.shortest]
        for records in [0, 0, 0, 0, 0, 0, 1, 0] {
            waits.append(pacing.wait(after: waits[waits.count - 1], records: records))
        }
        #expect(waits == [5, 10, 20, 40, 80, 100, 100, 5, 10].map { .milliseconds($0) })
    }
}
