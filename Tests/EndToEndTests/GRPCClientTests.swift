import TestSupport
import Testing

extension EndToEnd {
    @Suite struct `A gRPC client` {
        /// What the client is to do, the method that it calls, and the name of the status that it gets, if not OK.
        private static let calls: [(what: String, method: String, code: Int, error: AttributeValue?)] = [
            ("unary/0", "Echo0", 0, nil), ("server/0", "Many0", 0, nil), ("client/0", "Send0", 0, nil),
            ("bidi/0", "Many0", 0, nil), ("unary/5", "Echo5", 5, "NOT_FOUND"),
            ("server/7", "Many7", 7, "PERMISSION_DENIED"), ("client/3", "Send3", 3, "INVALID_ARGUMENT"),
            ("bidi/16", "Many16", 16, "UNAUTHENTICATED"), ("elsewhere/4", "Many4", 4, "DEADLINE_EXCEEDED"),
            ("refused", "Echo0", 14, "UNAVAILABLE"), ("refused-stream", "Many0", 14, "UNAVAILABLE"),
            ("waiting", "Echo0", 4, "DEADLINE_EXCEEDED"), ("unresolved", "Echo0", 4, "DEADLINE_EXCEEDED"),
            ("deadline", "Slow0", 4, "DEADLINE_EXCEEDED"), ("deadline-stream", "Slow0", 4, "DEADLINE_EXCEEDED"),
            ("cancelled", "Slow0", 1, "CANCELLED"), ("careless", "Echo0", 16, "UNAUTHENTICATED"),
            ("patient", "Flaky0", 0, nil), ("patient-stream", "Flaky0", 0, nil), ("own", "Echo0", 0, nil),
        ]

        /// Each a child of the HTTP request that it is made for.
        @Test(arguments: GRPCBuild.all)
        func `has one span for each call, with the status that the caller gets`(build: GRPCBuild) throws {
            var pair = try GRPCPair(build)
            for call in Self.calls { #expect(try pair.call(call.what) == call.code, "\(call.what)") }
            let trace = try pair.stop(afterSpans: 2 * Self.calls.count)
            #expect(trace.summary.begun == 2 * Self.calls.count && trace.summary.isBalanced)
            #expect(trace.summary.inFlight == 0 && trace.summary.lost == 0)
            let clients = trace.spans.filter { $0.kind == "CLIENT" }
            #expect(clients.count == Self.calls.count)
            for call in Self.calls {
                let request = try #require(trace.spans("/\(call.what)").first)
                let made = clients.filter { $0.parentSpanId == request.spanId }
                guard let span = made.first, made.count == 1 else {
                    Issue.record("\(call.what) has \(made.count) spans")
                    continue
                }
                #expect(span.traceId == request.traceId)
                #expect(span.name == "nodespan.test.Calls/\(call.method)", "\(call.what)")
                #expect(span["rpc.system"] == "grpc" && span["rpc.service"] == "nodespan.test.Calls")
                #expect(span["rpc.method"] == .string(call.method))
                #expect(span["rpc.grpc.status_code"] == .integer(call.code), "\(call.what)")
                #expect(span["error.type"] == call.error, "\(call.what)")
                #expect(span.status.code == (call.error == nil ? "UNSET" : "ERROR"), "\(call.what)")
                #expect(span.duration > 0 && span.duration < request.duration)
            }
        }

        @Test(arguments: GRPCBuild.all)
        func `names the server that it asked for, and the one that it got to`(build: GRPCBuild) throws {
            var pair = try GRPCPair(build)
            try pair.call("unary/0")
            try pair.call("refused")
            try pair.call("unresolved")
            let port = AttributeValue.integer(Int(pair.serverPort))
            let spans = try pair.stop(afterSpans: 6).spans.filter { $0.kind == "CLIENT" }
            #expect(spans.map { $0["server.address"] } == ["127.0.0.1", "127.0.0.1", "nowhere"])
            #expect(spans.map { $0["server.port"] } == [port, 1, nil])
            #expect(spans.map { $0["network.peer.address"] } == ["127.0.0.1", nil, nil])
            #expect(spans.map { $0["network.peer.port"] } == [port, nil, nil])
        }

        @Test(arguments: GRPCBuild.all)
        func `takes as long as the caller waited`(build: GRPCBuild) throws {
            var pair = try GRPCPair(build)
            for what in ["waiting", "unresolved", "deadline", "deadline-stream"] { try pair.call(what) }
            let spans = try pair.stop(afterSpans: 8).spans.filter { $0.kind == "CLIENT" }
            #expect(spans.count == 4)
            #expect(
                spans.allSatisfy { $0.duration > 95_000_000 && $0.duration < 1_000_000_000 }, "\(spans.map(\.duration))"
            )
        }

        @Test(arguments: GRPCBuild.all)
        func `keeps calls apart that are made for another call`(build: GRPCBuild) throws {
            var pair = try GRPCPair(build)
            try pair.call("cautious")
            try pair.call("cautious-stream")
            let trace = try pair.stop(afterSpans: 6)
            #expect(trace.summary.isBalanced && trace.summary.begun == 6 && trace.summary.exported == 6)
            let spans = trace.spans.filter { $0.kind == "CLIENT" }
            #expect(spans.map { $0["rpc.method"] } == ["Echo0", "Echo0", "Echo0", "Many0"])
            for pair in [spans[0...1], spans[2...3]] {
                let (inner, outer) = (pair[pair.startIndex], pair[pair.startIndex + 1])
                #expect(
                    inner.startTimeUnixNano > outer.startTimeUnixNano && inner.endTimeUnixNano < outer.endTimeUnixNano)
            }
        }

        /// Streams that one goroutine begins before it ends any, the last one first, with unary calls in between.
        @Test(arguments: GRPCBuild.all)
        func `keeps the streams of one goroutine apart`(build: GRPCBuild) throws {
            var pair = try GRPCPair(build)
            #expect(try pair.call("several?n=34") == 0)
            let trace = try pair.stop(afterSpans: 69)
            #expect(trace.summary.isBalanced && trace.summary.begun == 69 && trace.summary.exported == 69)
            let streams = trace.spans.filter { $0.name.hasPrefix("nodespan.test.Calls/Many") }
            #expect(streams.count == 34)
            #expect(streams.allSatisfy { $0["rpc.grpc.status_code"] == $0.askedFor })
            // Each begins before the one that ended before it did.
            for (ended, next) in zip(streams, streams.dropFirst()) {
                #expect(next.startTimeUnixNano < ended.startTimeUnixNano)
            }
        }

        /// 64 goroutines, calls of all kinds, on three connections; the status is in the method's name.
        @Test(arguments: GRPCBuild.all)
        func `never mixes concurrent calls`(build: GRPCBuild) throws {
            var pair = try GRPCPair(build)
            #expect(try pair.call("burst?n=6400") == 0)
            let trace = try pair.stop(afterSpans: 6401)
            #expect(trace.summary.isBalanced && trace.summary.begun == 6401 && trace.summary.exported == 6401)
            #expect(trace.summary.lost == 0 && trace.summary.inFlight == 0)
            let spans = trace.spans.filter { $0.kind == "CLIENT" }
            #expect(spans.allSatisfy { $0["rpc.grpc.status_code"] == $0.askedFor && $0.status.code == "ERROR" })
            let request = try #require(trace.spans("/burst").first)
            #expect(spans.allSatisfy { $0.parentSpanId == request.spanId && $0.traceId == request.traceId })
            let counts = Dictionary(grouping: spans, by: \.name).mapValues(\.count)
            #expect(counts.values.reduce(0, +) == 6400)
            // Each of the 16 codes comes with one kind of call: Echo of unary ones, Send of clients, Many of the others.
            #expect(counts.count == 16 && counts.values.allSatisfy { $0 == 400 }, "\(counts)")
        }

        /// The context of a stream ends, and nobody reads it to its end; what nobody ends stays in flight.
        @Test(arguments: GRPCBuild.all)
        func `ends a stream with its context, and no sooner`(build: GRPCBuild) throws {
            var pair = try GRPCPair(build)
            try pair.call("left")
            try pair.call("abandoned")
            let trace = try pair.stop(afterSpans: 3)
            #expect(trace.summary.begun == 4 && trace.summary.inFlight == 1 && trace.summary.isBalanced)
            let spans = trace.spans.filter { $0.kind == "CLIENT" }
            #expect(spans.map { $0["rpc.grpc.status_code"] } == [1])
        }

        /// The message can't be made, and the panic is recovered: no more is heard of the call. The next one of the goroutine
        /// is not taken for it.
        @Test(arguments: GRPCBuild.all)
        func `that panics does not lend its span to the next call`(build: GRPCBuild) throws {
            var pair = try GRPCPair(build)
            #expect(try pair.call("panics") == 5)
            let trace = try pair.stop(afterSpans: 2)
            #expect(trace.summary.isBalanced)
            #expect(trace.spans.filter { $0.kind == "CLIENT" }.map { $0["rpc.grpc.status_code"] } == [5])
        }

        @Test(arguments: GRPCBuild.all)
        func `costs two hits a unary call, and four a stream`(build: GRPCBuild) throws {
            var pair = try GRPCPair(build, tracing: ["--injection", "none"])
            // The connection is made with the first call.
            try pair.call("unary/0")
            #expect(try pair.hits("loop?n=500", upTo: 1000) == 1000)
            // Two ends: that of the reader, and that of the goroutine that waits for the end of the context.
            #expect(try pair.hits("loop-stream?n=500", upTo: 2000) == 2000)
            _ = try pair.stop(afterSpans: 2 + 2 * 501)
        }
    }
}

extension ReceivedSpan {
    /// The status code that the method's name ends with.
    fileprivate var askedFor: AttributeValue? {
        let digits = name.reversed().prefix { $0.isNumber }.reversed()
        return Int(String(digits)).map { .integer($0) }
    }
}
