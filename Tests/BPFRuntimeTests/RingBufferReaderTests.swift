import BPFRuntime
import Testing

@Suite struct `Ring pacing` {
    @Test func `doubles while idle up to the longest, and starts over with a record`() {
        let pacing = RingPacing.spans
        var waits: [Duration] = [pacing.shortest]
        for records in [0, 0, 0, 0, 0, 0, 1, 0] {
            waits.append(pacing.wait(after: waits[waits.count - 1], records: records))
        }
        #expect(waits == [5, 10, 20, 40, 80, 100, 100, 5, 10].map { .milliseconds($0) })
    }
}
