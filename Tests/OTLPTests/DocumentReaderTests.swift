import TestSupport
import Testing

@testable import OTLP

@Suite(.timeLimit(.minutes(1))) struct `A document` {
    @Test func `is read whole and in time, or not at all`() async throws {
        let page = Array("<!doctype html><title>Welcome</title>".utf8)
        let expected: [(answer: String, outcome: DocumentReader.Outcome)] = [
            ("html", .document(page)), ("status:404", .failed(reason: "it answers 404")),
            ("huge", .failed(reason: "its answer is longer than 1 MiB")),
            ("hang", .failed(reason: "no answer in time")),
            // The head comes, and the body never does.
            ("drip", .failed(reason: "no answer in time")),
        ]
        let collector = try Collector(expected.map(\.answer))
        for (answer, outcome) in expected {
            let isSilent = ["hang", "drip"].contains(answer)
            let reader = DocumentReader(
                userAgent: "nodespan/test", timeLimit: isSilent ? .milliseconds(500) : .seconds(20))
            #expect(await reader.read(url: collector.url, host: "127.0.0.1", judge: nil) == outcome, "\(answer)")
        }
    }
}
