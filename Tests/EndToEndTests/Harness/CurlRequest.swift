import TestSupport
import Testing

/// A request that curl(1) sends, and what its span must show.
struct CurlRequest: Sendable {
    enum Wire: String, Sendable {
        case http1 = "--http1.1"
        /// Over TLS, as the two sides agree.
        case http2 = "--http2"
        /// Without TLS and without asking.
        case http2PriorKnowledge = "--http2-prior-knowledge"

        /// `network.protocol.version`.
        var version: String { self == .http1 ? "1.1" : "2" }
    }

    var wire = Wire.http1
    var method = "GET"
    /// Path and query.
    var target: String
    var body: String?
    var status: Int

    /// Sends it to `base`, a scheme and an authority, with a parent that `number` makes. Returns status and version.
    func send(to base: String, number: Int) throws -> String {
        let content = body.map { ["--data-binary", $0] } ?? []
        let method = method == "HEAD" ? ["--head"] : ["-X", method]
        return try Command.run(
            [
                "/usr/bin/curl", "-sk", wire.rawValue, "-o", "/dev/null", "-w", "%{http_code} %{http_version}",
                "-H", Traceparent(number).header, base + target,
            ] + method + content
        ).output
    }

    /// Expects exactly one span of an HTTP server for it, with all that the request decides.
    func expectSpan(in trace: Trace, base: String, number: Int) {
        let what = Comment(rawValue: "\(wire) \(method) \(base)\(target)")
        let parent = Traceparent(number)
        let spans = trace.spans.filter { $0.traceId == parent.traceID && $0["http.response.status_code"] != nil }
        #expect(spans.count == 1, what)
        guard let span = spans.first else { return }
        let parts = target.split(separator: "?", maxSplits: 1).map(String.init)
        let schemeAndPort = base.split(separator: ":")
        #expect(span.parentSpanId == parent.parentID, what)
        #expect(span.kind == "SERVER", what)
        #expect(span["http.request.method"] == .string(method), what)
        #expect(span.path == parts[0], what)
        #expect(span["url.query"] == (parts.count > 1 ? .string(parts[1]) : nil), what)
        #expect(span["url.scheme"] == .string(String(schemeAndPort[0])), what)
        #expect(span["http.response.status_code"] == .integer(status), what)
        #expect(span["network.protocol.version"] == .string(wire.version), what)
        #expect(span["server.address"] == "127.0.0.1", what)
        #expect(span["server.port"] == schemeAndPort.last.flatMap { Int($0) }.map { .integer($0) }, what)
        #expect(span["client.address"] == "127.0.0.1", what)
        #expect(span.duration > 0, what)
    }
}
