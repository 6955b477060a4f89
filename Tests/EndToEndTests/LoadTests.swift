import FoundationEssentials
import TestSupport
import Testing

extension EndToEnd {
    @Suite struct `At full speed` {
        @Test(arguments: GoToolchain.some)
        func `20,000 requests over 64 connections are all there`(go: GoToolchain) throws {
            var traced = try TracedServer(go)
            let load = try traced.tracer.run([
                "/usr/bin/ab", "-q", "-k", "-n", "20000", "-c", "64", "http://127.0.0.1:\(traced.port)/hello?load",
            ])
            #expect(load.code == 0 && load.output.contains("Complete requests:      20000"), "\(load.errors)")
            #expect(load.output.contains("Failed requests:        0"))
            let counts = try JSONDecoder().decode([String: Int].self, from: Data(traced.get("/stats").body))
            let handled = try #require(counts["/hello"])

            let trace = try traced.tracer.stop(afterSpans: handled + 1) { $0 % 10 == 0 }
            // ab may send a few more than it counts.
            #expect((20_000..<20_064).contains(handled))
            #expect(trace.summary.begun == handled + 1)
            #expect(trace.summary.exported == handled + 1)
            #expect(trace.summary.lost == 0 && trace.summary.inFlight == 0, "\(trace.summary.losses)")
            #expect(trace.summary.isBalanced && trace.code == 0)
            let spans = trace.spans("/hello")
            #expect(trace.lines == handled + 1 && spans.count >= handled / 10)
            #expect(Set(spans.map(\.spanId)).count == spans.count && Set(spans.map(\.traceId)).count == spans.count)
            let isRight = spans.allSatisfy {
                $0["http.response.status_code"] == 200 && $0["url.query"] == "load" && $0.duration > 0
            }
            #expect(isRight)
        }

        /// The tracer ends in the middle of it: what had begun is exported, lost for a reason, or in flight.
        @Test(arguments: [GoToolchain.oldest, .newest])
        func `a tracer that ends leaves nothing unaccounted for`(go: GoToolchain) throws {
            var traced = try TracedServer(go)
            var load = try ChildProcess([
                "/usr/bin/wrk", "-t", "1", "-c", "64", "-d", "4", "http://127.0.0.1:\(traced.port)/hello",
            ])
            let isUnderway = traced.tracer.gather(for: .seconds(10)) { $0.outputLines > 5000 }
            #expect(isUnderway)
            let trace = try traced.tracer.stop(afterSpans: 0) { $0 % 100 == 0 }
            #expect(trace.summary.begun > 5000 && trace.summary.isBalanced, "\(trace.summary)")
            #expect(trace.summary.inFlight <= 64)
            #expect(trace.lines == trace.summary.exported)
            let code = load.wait()
            #expect(code == 0)
            let still = try traced.get("/hello")
            #expect(still.status == 200)
        }
    }
}
