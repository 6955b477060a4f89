import TestSupport
import Testing

/// Traces a program while requests and then load come in, and expects a right span of each, at two probe hits a request,
/// none of them single-stepped.
///
/// - Parameters:
///   - name: the program's, which is `service.name` for want of another.
///   - calls: how many of the requests make a gRPC call that the program serves itself, which is two more spans.
///   - prefacesAreHandled: the preface of HTTP/2 without TLS reaches a handler as a request: it hits probes, and is none.
func expectSpans(
    of pid: Int32, name: String, requests: [(base: String, request: CurlRequest)], calls: Int = 0, bursts: [Burst],
    prefacesAreHandled: Bool = false
) throws {
    let hits = try ProbeHits()
    var tracer = try Tracer(["--pid", "\(pid)"])
    for (index, (base, request)) in requests.enumerated() {
        let answer = try request.send(to: base, number: index + 1)
        #expect(answer == "\(request.status) \(request.wire.version)", "\(request.method) \(base)\(request.target)")
    }
    // Spans are printed as requests end, so those of curl are the first.
    let first = requests.count + 2 * calls
    tracer.waitForSpans(first)
    let counts = try bursts.map { try $0.run(&tracer) }
    let lowest = counts.reduce(first) { $0 + $1.lowerBound }
    let highest = counts.reduce(first) { $0 + $1.upperBound }
    tracer.waitForSpans(lowest)
    tracer.waitForRest()
    let counted = try hits.count(of: tracer.pid)
    let trace = try tracer.stop(afterSpans: lowest) { $0 < first || $0 % 20 == 0 }

    for (index, (base, request)) in requests.enumerated() {
        request.expectSpan(in: trace, base: base, number: index + 1)
    }
    for (burst, count) in zip(bursts, counts) {
        let spans = trace.spans.filter { $0["url.query"] == .string(burst.query) }
        #expect(spans.count >= count.lowerBound / 20)
        let isRight = spans.allSatisfy {
            $0.path == burst.path && $0["http.response.status_code"] == 200
                && $0["network.protocol.version"] == .string(burst.version)
                && $0.traceId == burst.parent.traceID && $0.parentSpanId == burst.parent.parentID
        }
        #expect(isRight, "\(burst)")
    }
    #expect((lowest...highest).contains(trace.summary.begun), "\(trace.summary)")
    #expect(trace.summary.lost == 0 && trace.summary.inFlight == 0 && trace.summary.isBalanced, "\(trace.summary)")
    #expect(trace.lines == trace.summary.exported && trace.code == 0)
    let isNamed = trace.spans.allSatisfy { $0.resource["service.name"] == .string(name) }
    #expect(isNamed)
    let servers = Set(trace.spans.filter { $0.kind == "SERVER" }.map(\.spanId))
    let clients = trace.spans.filter { $0.kind == "CLIENT" }
    #expect(clients.count == calls && clients.allSatisfy { servers.contains($0.parentSpanId) }, "\(clients)")
    // A begin and an end each, and where a gRPC call has its status; `nodespan inspect` says that they are emulated.
    let prefaces = requests.count { $0.request.wire == .http2PriorKnowledge } + bursts.reduce(0) { $0 + $1.prefaces }
    #expect(counted == 2 * (trace.summary.begun + (prefacesAreHandled ? prefaces : 0)) + calls)
    let stepped = try Inspection(of: pid).steppedPrograms
    let rare: Set = ["http_server_abort", "http_client_failed", "http2_client_refused", "grpc_client_failed"]
    #expect(stepped.isSubset(of: rare), "\(stepped)")
}
