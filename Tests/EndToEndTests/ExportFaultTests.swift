import TestSupport
import Testing

extension EndToEnd {
    /// One way of each to fail, on the way of a real program's spans. OTLPTests has all of them, one by one.
    @Suite struct `Export to a receiver that fails` {
        enum Spoken: String, CaseIterable, Sendable {
            case grpc
            case httpProtobuf = "http/protobuf"
            case httpJSON = "http/json"

            var refusal: String { self == .grpc ? "grpc:3:why" : "status:400:why" }

            /// Six times not taken, or not known to be; and one batch taken but for three spans, one not at all.
            var answers: [String] {
                let (busy, unclear) =
                    self == .grpc ? ("retryinfo:14:0.2", "grpc:14:going away") : ("after:503:1", "status:502")
                return [busy, busy, unclear, "half", "slow:0.5", "partial:3:too old", "reset", refusal, "close", "ok"]
            }

            /// After which a batch isn't sent again.
            func isLast(_ request: CollectedRequest) -> Bool {
                ["ok", "slow:0.5", "partial:3:too old", refusal].contains(request.answer)
            }
        }

        @Test(arguments: Spoken.allCases)
        func `gets every span of a program at least once, and the books say how often`(spoken: Spoken) throws {
            let answers = spoken.answers
            let collector = try Collector(answers, speaks: spoken == .grpc ? .grpc : .http)
            var traced = try TracedServer(
                .newest,
                tracing: ["--otlp", "http://127.0.0.1:\(collector.port)", "--otlp-protocol", spoken.rawValue])
            let count = 4000
            let load = try traced.tracer.run([
                "/usr/bin/h2load", "--h1", "-c", "4", "-t", "1", "-n", "\(count)",
                "http://127.0.0.1:\(traced.port)/hello",
            ])
            #expect(load.output.contains("\(count) succeeded"), "\(load.output)\(load.errors)")
            // Each batch has had its last answer.
            var requests: [CollectedRequest] = []
            let deadline = ContinuousClock.now + .seconds(60)
            while Self.ids(requests.filter(spoken.isLast)).count < count, ContinuousClock.now < deadline {
                traced.tracer.read(for: .milliseconds(100))
                requests += try collector.recorded(after: requests.count)
            }
            let trace = try traced.stop(afterSpans: count)
            requests += try collector.recorded(after: requests.count)

            let printed = trace.spans.map(\.spanId)
            let received = requests.flatMap(\.spans).count
            let destination = try #require(trace.summary.destinations.first)
            #expect(printed.count == count && Self.ids(requests) == Set(printed))
            #expect(destination.spans == count && destination.isBalanced, "\(destination)")
            let refused = requests.filter { $0.answer == spoken.refusal }.reduce(0) { $0 + $1.spans.count }
            // What shares gRPC's one connection goes down with it, even an answer that was given.
            let losses: [[String: Int]] = spoken == .grpc ? [["refused": refused], [:]] : [["refused": refused]]
            #expect(losses.contains(destination.losses), "\(destination)")
            #expect(destination.rejected == 3 || (spoken == .grpc && destination.rejected == 0), "\(destination)")
            let failures = 6
            #expect(
                spoken == .grpc ? destination.retries >= failures : destination.retries == failures, "\(destination)")
            #expect(destination.resent > 0 && received - count >= destination.resent, "\(destination)")
        }

        private static func ids(_ requests: [CollectedRequest]) -> Set<String> {
            Set(requests.flatMap(\.spans).compactMap { $0.span["spanId"]?.string })
        }
    }
}
