import TestSupport
import Testing

extension EndToEnd {
    @Suite struct `Requests through a chain of services` {
        /// Services of several releases of Go and gRPC, whose spans are connected within each process; from one process to
        /// the next only where the kernel lets headers be written, which the kernel lab shows.
        @Test func `have all their spans, each with its parent within the process`() throws {
            let requests = 2000
            let http2 = try service(.http2, [])
            let stream = try service(.stream, ["https://127.0.0.1:\(http2.port)/http2"])
            let unary = try service(.unary, ["127.0.0.1:\(stream.port)"])
            let front = try service(.front, ["127.0.0.1:\(unary.port)"])
            var tracer = try Tracer(
                ["--injection", "none", "--pid"] + [http2.pid, stream.pid, unary.pid, front.pid].map { "\($0)" })
            let load = try tracer.run([
                ChainService.load.build(), "load", "http://127.0.0.1:\(front.port)/front", "\(requests)",
            ])
            #expect(load.code == 0 && load.output.hasPrefix("\(requests) requests in "), "\(load.errors)")
            tracer.waitForRest()
            let trace = try tracer.stop(afterSpans: 0)
            #expect(trace.code == 0 && trace.summary.lost == 0 && trace.summary.inFlight == 0, "\(trace.summary)")
            #expect(trace.summary.isBalanced)
            let traces = ChainTraces(trace.spans, requests: requests)
            let hops = ChainHop.all.filter { $0 != .loadClient }
            #expect(traces.problems(at: hops, isConnected: false) == [])
        }

        private func service(_ service: ChainService, _ arguments: [String]) throws -> FixtureServer {
            try FixtureServer(
                binary: service.build(), arguments: [service.rawValue] + arguments,
                environment: ["OTEL_SERVICE_NAME": service.rawValue])
        }
    }
}
