import TestSupport
import Testing

extension EndToEnd {
    @Suite struct `A span of a gRPC call that is served` {
        private static let calls = "/nodespan.test.Calls"
        private static let kinds = ["Say", "Collect", "Repeat", "Chat"]

        @Test(arguments: GRPCBuild.all)
        func `says who called what and how it went, for every kind of method`(build: GRPCBuild) throws {
            var traced = try TracedGRPCServer(build)
            for (number, kind) in Self.kinds.enumerated() {
                let code = try traced.ask(
                    "authority=shop.example:8443", "traceparent=\(Traceparent(number + 1).value)", "tracestate=a=1",
                    "\(Self.calls)/\(kind)", "code=7")
                #expect(code == 7)
            }
            let trace = try traced.stop(afterSpans: Self.kinds.count)
            let served = try traced.served()
            #expect(trace.summary.isBalanced && trace.summary.begun == Self.kinds.count)
            for (number, kind) in Self.kinds.enumerated() {
                let parent = Traceparent(number + 1)
                let span = try #require(trace.spans.first { $0.traceId == parent.traceID }, "\(kind)")
                let call = try #require(served.first { $0.traceID == parent.traceID })
                let port = try #require(call.client.split(separator: ":").last.flatMap { Int($0) })
                #expect(
                    span.attributes == [
                        "rpc.system": "grpc", "rpc.service": "nodespan.test.Calls",
                        "rpc.method": .string(kind), "rpc.grpc.status_code": 7, "server.address": "shop.example",
                        "server.port": 8443, "client.address": "127.0.0.1", "client.port": .integer(port),
                        "network.peer.address": "127.0.0.1", "network.peer.port": .integer(port),
                    ])
                #expect(span.name == "nodespan.test.Calls/\(kind)" && span.kind == "SERVER")
                #expect(span.parentSpanId == parent.parentID && span.traceState == "a=1" && span.flags & 1 == 1)
                #expect(span.status == .init(code: "UNSET", message: ""))
                #expect(span.scope.name == "nodespan/google.golang.org/grpc")
            }
        }

        /// 17 is a code that gRPC doesn't know.
        @Test(arguments: GRPCBuild.all)
        func `has the code that the client got, and is an error where the server is to blame`(build: GRPCBuild) throws {
            var traced = try TracedGRPCServer(build)
            let codes = Array(0...17)
            for code in codes {
                let got = try traced.ask(
                    "traceparent=\(Traceparent(code + 1).value)", "\(Self.calls)/Say", "code=\(code)")
                #expect(got == code)
            }
            let trace = try traced.stop(afterSpans: codes.count)
            #expect(trace.summary.isBalanced && trace.summary.begun == codes.count)
            for code in codes {
                let span = try #require(trace.spans.first { $0.traceId == Traceparent(code + 1).traceID })
                let isError = [2, 4, 12, 13, 14, 15].contains(code)
                #expect(span.statusCode == code)
                #expect(span.status.code == (isError ? "ERROR" : "UNSET"), "\(code)")
                #expect((span["error.type"] != nil) == isError)
            }
        }

        @Test(arguments: GRPCBuild.all, [[], ["http"]])
        func `ends however the call ends`(build: GRPCBuild, options: [String]) throws {
            var traced = try TracedGRPCServer(build, options)
            // What is called, the code that the client gets, and the one that the span has.
            let cases: [(words: [String], client: Int, span: Int?)] = [
                (["/no.such.Service/Method"], 12, 12),
                (["\(Self.calls)/NoSuchMethod"], 12, 12),
                (["\(Self.calls)/Say", "panic"], 13, 13),
                (["\(Self.calls)/Chat", "panic"], 13, 13),
                // A message that can't be sent ends the call, in whichever goroutine.
                (["\(Self.calls)/Repeat", "elsewhere"], 8, 8),
                (["timeout=300ms", "\(Self.calls)/Say", "goexit"], 4, nil),
                (["entries=100", "gzip", "\(Self.calls)/Say"], 0, 0),
            ]
            for (number, ending) in cases.enumerated() {
                let code = try traced.ask(["traceparent=\(Traceparent(number + 1).value)"] + ending.words)
                #expect(code == ending.client, "\(ending.words)")
            }
            let trace = try traced.stop(afterSpans: cases.count)
            #expect(trace.spans.count == cases.count)
            #expect(trace.summary.isBalanced && trace.summary.begun == cases.count && trace.summary.inFlight == 0)
            for (number, ending) in cases.enumerated() {
                let span = try #require(trace.spans.first { $0.traceId == Traceparent(number + 1).traceID })
                #expect(span.statusCode == ending.span, "\(ending.words)")
                #expect(span.kind == "SERVER" && ending.words.contains(span.fullMethod))
            }
        }

        /// What the handler makes of it, which the client may not live to hear.
        @Test(arguments: GRPCBuild.all)
        func `ends when the client gives up`(build: GRPCBuild) throws {
            var traced = try TracedGRPCServer(build)
            let cases = [["timeout=100ms"], ["cancel=100ms"]].flatMap { giveUp in
                [["Say", "wait"], ["Chat", "wait"]].map { giveUp + ["\(Self.calls)/\($0[0])", $0[1]] }
            }
            for (number, words) in cases.enumerated() {
                let code = try traced.ask(["traceparent=\(Traceparent(number + 1).value)"] + words)
                #expect(code == 4 || code == 1)
            }
            let trace = try traced.stop(afterSpans: cases.count)
            let served = try traced.served()
            #expect(trace.summary.isBalanced && trace.summary.begun == cases.count && trace.summary.inFlight == 0)
            for number in cases.indices {
                let parent = Traceparent(number + 1)
                let span = try #require(trace.spans.first { $0.traceId == parent.traceID })
                let call = try #require(served.first { $0.traceID == parent.traceID })
                #expect(span.statusCode == call.code && [1, 4].contains(call.code))
                #expect(span.duration > 50_000_000)
            }
        }

        /// The HTTP server's span makes way for it. HTTP/2 without TLS is served by golang.org/x/net, with TLS by net/http.
        @Test(arguments: GRPCBuild.all, [["http"], ["http", "tls"], ["http", "tls", "workers=2"]])
        func `is the only one where net/http received the call`(build: GRPCBuild, options: [String]) throws {
            var traced = try TracedGRPCServer(build, options)
            for (number, kind) in Self.kinds.enumerated() {
                try traced.ask(
                    "traceparent=\(Traceparent(number + 1).value)", "tracestate=a=1", "\(Self.calls)/\(kind)", "code=5")
            }
            let trace = try traced.stop(afterSpans: Self.kinds.count)
            let served = try traced.served()
            #expect(trace.spans.count == Self.kinds.count)
            #expect(trace.summary.isBalanced && trace.summary.begun == Self.kinds.count && trace.summary.inFlight == 0)
            for (number, kind) in Self.kinds.enumerated() {
                let parent = Traceparent(number + 1)
                let span = try #require(trace.spans.first { $0.traceId == parent.traceID })
                let call = try #require(served.first { $0.traceID == parent.traceID })
                #expect(span.kind == "SERVER" && span.name == "nodespan.test.Calls/\(kind)" && span.statusCode == 5)
                #expect(span.parentSpanId == parent.parentID && span.traceState == "a=1")
                #expect(span.endpoint("client") == call.client && span.endpoint("server") == traced.authority)
                #expect(span["http.request.method"] == nil)
            }
        }

        @Test(arguments: GRPCBuild.all)
        func `has its tracestate handed on to the requests that its handler sends`(build: GRPCBuild) throws {
            let backend = try FixtureServer(binary: try build.go.build("httpserver", mode: .stripped))
            var traced = try TracedGRPCServer(build)
            let parent = Traceparent(1)
            let code = try traced.ask(
                "traceparent=\(parent.value)", "tracestate=a=1,b=2", "\(Self.calls)/Say",
                "get=http://127.0.0.1:\(backend.port)/hello")
            #expect(code == 0)
            let trace = try traced.stop(afterSpans: 2)
            #expect(trace.spans.count == 2 && trace.summary.isBalanced && trace.summary.inFlight == 0)
            let call = try #require(trace.spans.first { $0.kind == "SERVER" })
            let request = try #require(trace.spans.first { $0.kind == "CLIENT" })
            #expect(request.traceId == parent.traceID && request.parentSpanId == call.spanId)
            #expect(request.traceState == "a=1,b=2")
        }

        /// 64 callers on 8 connections. Each call has a parent of its own, by which it is found in what the server says it
        /// served.
        @Test(arguments: GRPCBuild.all, [[], ["workers=8"], ["tls"], ["http"]])
        func `is of its own call among many at once`(build: GRPCBuild, options: [String]) throws {
            let count = 64 * 20
            var traced = try TracedGRPCServer(build, options)
            try traced.drive("connections=8", "callers=64", "calls=20")
            let trace = try traced.stop(afterSpans: count)
            let served = Dictionary(
                try traced.served().map { ($0.traceID, $0) }, uniquingKeysWith: { first, _ in first })
            #expect(served.count == count && Set(served.values.map(\.client)).count == 8)
            #expect(trace.spans.count == count && Set(trace.spans.map(\.traceId)).count == count)
            #expect(
                trace.summary.isBalanced && trace.summary.begun == count && trace.summary.inFlight == 0,
                "\(trace.summary)")
            var mixed: [String] = []
            for span in trace.spans {
                guard let call = served[span.traceId], span.fullMethod == call.method, span.statusCode == call.code,
                    span.endpoint("client") == call.client, span.endpoint("server") == call.authority,
                    span.traceId.hasSuffix(span.parentSpanId)
                else {
                    mixed.append("\(span.name) \(span.attributes)")
                    continue
                }
            }
            #expect(mixed == [])
        }

        @Test(arguments: GRPCBuild.all)
        func `finds its parent among any number of metadata entries`(build: GRPCBuild) throws {
            var traced = try TracedGRPCServer(build, ["tls"])
            let counts = [0, 1, 2, 3, 4, 5, 8, 20, 60, 130]
            for (number, count) in counts.enumerated() {
                try traced.ask(
                    "entries=\(count)", "traceparent=\(Traceparent(number + 1).value)", "\(Self.calls)/Say")
            }
            let trace = try traced.stop(afterSpans: counts.count)
            for (number, count) in counts.enumerated() {
                let parent = Traceparent(number + 1)
                let span = trace.spans.first { $0.traceId == parent.traceID }
                #expect(span?.parentSpanId == parent.parentID, "\(count)")
                #expect(span?.endpoint("server") == traced.authority)
            }
        }

        @Test(arguments: GRPCBuild.all)
        func `has the path of a Unix domain socket for its server`(build: GRPCBuild) throws {
            var traced = try TracedGRPCServer(build, ["unix"])
            try traced.ask("\(Self.calls)/Say")
            let socket = traced.socket
            let span = try #require(try traced.stop(afterSpans: 1).spans.first)
            #expect(span["server.address"] == .string(socket) && span["server.port"] == nil)
            #expect(span["client.address"] == nil && span["network.peer.address"] == nil)
        }

        @Test(arguments: GRPCBuild.all, [[], ["http"]])
        func `isn't there when its parent wasn't sampled`(build: GRPCBuild, options: [String]) throws {
            var traced = try TracedGRPCServer(build, options)
            try traced.ask("traceparent=\(Traceparent(1, flags: "00").value)", "\(Self.calls)/Say")
            try traced.ask("traceparent=\(Traceparent(2).value)", "\(Self.calls)/Say")
            let trace = try traced.stop(afterSpans: 1)
            #expect(trace.spans.map(\.traceId) == [Traceparent(2).traceID])
            #expect(trace.summary.isBalanced && trace.summary.begun == 2 && trace.summary.unsampled == 1)
        }

        /// Of gRPC's own transport; where net/http received the call, that one's two come on top.
        @Test(arguments: GRPCBuild.all, [([], 3), (["http"], 5)] as [([String], Int)])
        func `costs three probe hits`(build: GRPCBuild, form: (options: [String], hits: Int)) throws {
            var traced = try TracedGRPCServer(build, form.options)
            let hits = try ProbeHits()
            let before = try hits.count(of: traced.tracer.pid)
            let count = 200
            try traced.drive("connections=1", "callers=1", "calls=\(count)")
            traced.tracer.waitForSpans(count)
            let perSpan = Double(try hits.count(of: traced.tracer.pid) - before) / Double(count)
            print("\(build.description) \(form.options): \(perSpan) hits a span")
            // Up to Go 1.20, the begin repeats when the stack grows.
            #expect(perSpan >= Double(form.hits) && perSpan < Double(form.hits) + (build.go.minor > 20 ? 0.1 : 2.1))
            let trace = try traced.stop(afterSpans: count)
            #expect(trace.spans.count == count)
        }
    }
}
