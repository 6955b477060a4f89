import BPFRuntime
import CBPF
import SystemPackage

/// Arms code of this process's own and runs it.
struct ProbeTrial {
    private static let cookie: UInt64 = 0x6e6f_6465_7370_616e
    private static let program = "trial_hit"

    let code: TrialCode

    /// Hits that came through the ring, each with the right cookie, of as many as there should be.
    func hits(of object: borrowing BPFObject) async throws(BPFError) -> (seen: Int, expected: Int) {
        let (stream, continuation) = AsyncStream.makeStream(
            of: ns_trial_hit.self, bufferingPolicy: .bufferingNewest(16))
        let reader = try RingBufferReader("hits", of: object, pacing: .events) { record in
            guard record.count >= MemoryLayout<ns_trial_hit>.size else { return }
            continuation.yield(record.loadUnaligned(as: ns_trial_hit.self))
        }
        let expected = 3
        let links = ProbeLinks()
        try links.attach(
            Self.program, of: object, path: code.path,
            sites: [ProbeLinks.Site(offset: TrialCode.emulated, cookie: Self.cookie)])
        code.run(times: expected)
        links.close()
        // Hands over what is in the ring first.
        reader.stop()
        continuation.finish()
        var seen = 0
        for await hit in stream where hit.cookie == Self.cookie { seen += 1 }
        return (seen, expected)
    }

    /// What a hit costs the program that is traced, the emptiest of programs included.
    func cost(at offset: UInt64, hits: Int, of object: borrowing BPFObject) throws(BPFError) -> Duration {
        let links = ProbeLinks()
        try links.attach(
            Self.program, of: object, path: code.path, sites: [ProbeLinks.Site(offset: offset, cookie: 0)])
        code.run(times: 10)
        let time = ContinuousClock().measure { code.run(times: hits) }
        links.close()
        return time / hits
    }
}
