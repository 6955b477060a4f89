import Testing

@testable import OTLP

@Suite struct `A destination's health` {
    private static let busy = DeliveryOutcome.unavailable(reason: "busy", mayHaveArrived: false)
    private static let ok = DeliveryOutcome.accepted(PartialSuccess())

    @Test func `that comes and goes is announced once a minute`() {
        var health = DestinationHealth()
        var heard: [Int: [DestinationNotice]] = [:]
        for second in 0..<130 {
            for outcome in [Self.busy, Self.busy, Self.ok] {
                let notices = health.notices(of: outcome, now: .seconds(second))
                if !notices.isEmpty { heard[second, default: []] += notices }
            }
        }
        let pair = [DestinationNotice.unavailable(reason: "busy"), .recovered]
        #expect(heard == [0: pair, 60: pair, 120: pair])
    }
}

@Suite struct `A backoff` {
    @Test func `doubles up to half a minute, less by chance`() {
        var backoff = Backoff()
        let pauses = (0..<9).map { _ in backoff.next(chance: 0) }
        #expect(pauses == [0.5, 1, 2, 4, 8, 16, 30, 30, 30].map { .seconds($0) })
        #expect(backoff.next(chance: 1) == .seconds(15))
        backoff.reset()
        #expect(backoff.next(chance: 0.5) == .milliseconds(375))
    }

    @Test func `stays where it is after any number of failures`() {
        var backoff = Backoff()
        for _ in 0..<1000 { #expect(backoff.next(chance: 0) <= .seconds(30)) }
    }
}
