import TestSupport
import Testing

extension EndToEnd {
    /// On the first release with classic maps and the last with swiss ones: sampling is the same code for all.
    @Suite struct `The sampler` {
        /// Trace ids on both sides of a quarter, the high half being of no importance.
        private static let lows: [UInt64] = [
            1, 0x3fff_ffff_ffff_fffe, 0x3fff_ffff_ffff_ffff, 0x4000_0000_0000_0000, 0x4000_0000_0000_0001,
            0x7fff_ffff_ffff_ffff, 0x8000_0000_0000_0000, 0xffff_ffff_ffff_ffff, 0x1234_5678_9abc_def0,
        ]
        private static let go = [GoToolchain.oldest, .newest]

        @Test(arguments: go)
        func `is parentbased_always_on unless told`(go: GoToolchain) throws {
            let trace = try Self.trace(go, [], flags: ["00", "01", "02", "03", nil])
            #expect(Self.queries(trace) == ["01", "03", "none"])
            #expect(trace.summary.unsampled == 2 && trace.summary.begun == 5 && trace.summary.isBalanced)
        }

        @Test(arguments: go)
        func `always_off keeps nothing`(go: GoToolchain) throws {
            let trace = try Self.trace(go, ["--sampler", "always_off"], flags: ["00", "01", nil])
            #expect(trace.spans.isEmpty)
            #expect(trace.summary.unsampled == 3 && trace.summary.begun == 3 && trace.summary.isBalanced)
        }

        @Test(arguments: go)
        func `always_on keeps what a caller dropped`(go: GoToolchain) throws {
            let trace = try Self.trace(go, ["--sampler", "always_on"], flags: ["00", "01", nil])
            #expect(Self.queries(trace) == ["00", "01", "none"])
            #expect(trace.spans.allSatisfy { $0.flags & 1 == 1 })
            #expect(trace.spans.first { $0["url.query"] == "00" }?.traceId == Traceparent(1).traceID)
        }

        @Test(arguments: go)
        func `parentbased_always_off keeps what a caller kept`(go: GoToolchain) throws {
            let trace = try Self.trace(go, ["--sampler", "parentbased_always_off"], flags: ["00", "01", nil])
            #expect(Self.queries(trace) == ["01"])
            #expect(trace.summary.unsampled == 2 && trace.summary.isBalanced)
        }

        /// OpenTelemetry's SDKs keep a trace whose last 8 bytes, as a big endian number shifted right by one, are below
        /// ratio * 2^63.
        @Test(arguments: go)
        func `traceidratio decides as the SDKs do, whatever the caller decided`(go: GoToolchain) throws {
            var traced = try TracedServer(go, tracing: ["--sampler", "traceidratio", "--sampler-arg", "0.25"])
            var kept: Set<String> = []
            for low in Self.lows {
                for (high, flags) in [(UInt64(1), "01"), (.max, "00")] {
                    let parent = Traceparent(high: high, low: low, flags: flags)
                    try traced.get("/hello", headers: [parent.header])
                    if low >> 1 < 1 << 61 { kept.insert(parent.traceID) }
                }
            }
            let trace = try traced.stop(afterSpans: kept.count)
            #expect(Set(trace.spans.map(\.traceId)) == kept)
            #expect(trace.summary.begun == Self.lows.count * 2 && trace.summary.isBalanced)
            #expect(trace.summary.unsampled == Self.lows.count * 2 - kept.count)
        }

        @Test(arguments: go)
        func `parentbased_traceidratio leaves to chance only what has no parent`(go: GoToolchain) throws {
            let requests = 400
            var traced = try TracedServer(
                go, tracing: ["--sampler", "parentbased_traceidratio", "--sampler-arg", "0.5"])
            for low in Self.lows {
                try traced.get("/kept", headers: [Traceparent(high: 7, low: low, flags: "01").header])
                try traced.get("/dropped", headers: [Traceparent(high: 7, low: low, flags: "00").header])
            }
            var connection = try traced.connect()
            for _ in 0..<requests {
                try connection.send(RawHTTP.request("GET", "/hello"))
                _ = try connection.receive()
            }
            let trace = try traced.stop(afterSpans: 0)
            #expect(trace.spans("/kept").count == Self.lows.count && trace.spans("/dropped").isEmpty)
            let roots = trace.spans("/hello")
            // Outside of this once in 10^9 runs.
            #expect((140...260).contains(roots.count))
            for root in roots {
                let low = try #require(UInt64(root.traceId.suffix(16), radix: 16))
                #expect(low >> 1 < 1 << 62)
            }
            #expect(trace.summary.begun == requests + Self.lows.count * 2 && trace.summary.isBalanced)
        }

        @Test(arguments: go)
        func `of ratio 0 and 1 keeps nothing and everything`(go: GoToolchain) throws {
            for (ratio, kept) in [("0", 0), ("1", 3), ("0.0", 0), ("1.0", 3)] {
                let options = ["--sampler", "traceidratio", "--sampler-arg", ratio]
                let trace = try Self.trace(go, options, flags: ["00", "01", nil])
                #expect(trace.spans.count == kept && trace.summary.begun == 3 && trace.summary.isBalanced)
            }
        }

        @Test(arguments: [
            ["--sampler", "sometimes"], ["--sampler", "traceidratio", "--sampler-arg", "2"],
            ["--sampler", "traceidratio", "--sampler-arg", "x"], ["--sampler", "always_on", "--sampler-arg", "0.5"],
        ])
        func `that doesn't exist is a usage error`(options: [String]) throws {
            let result = try Nodespan.run(["trace", "--pid", "1"] + options)
            #expect(result.code == 2)
            #expect(result.output.isEmpty && result.errors.contains("sampl"))
        }

        /// Sends one request for each flags value, nil being none, which it names in its query.
        private static func trace(_ go: GoToolchain, _ options: [String], flags: [String?]) throws -> Trace {
            var traced = try TracedServer(go, tracing: options)
            for flag in flags {
                try traced.get(
                    "/hello?\(flag ?? "none")", headers: flag.map { [Traceparent(1, flags: $0).header] } ?? [])
            }
            // However many are kept, they are printed before the tracer ends.
            return try traced.stop(afterSpans: 0)
        }

        private static func queries(_ trace: Trace) -> [String] {
            trace.spans.compactMap { if case .string(let query) = $0["url.query"] { query } else { nil } }.sorted()
        }
    }
}
