import TestSupport
import Testing

extension EndToEnd {
    @Suite struct `A request that gets no response` {
        /// What `httpclient` is told, and the error of its span.
        struct Failure: Sendable, CustomTestStringConvertible {
            var arguments: [String]
            /// PORT stands for that of Tests/Fixtures/httpclient's server, SECURE for one with TLS, HTTP2 for one that
            /// speaks HTTP/2 as well.
            var url: String
            var type: String
            /// Nil where it differs between releases.
            var message: String? = ""

            var testDescription: String { (arguments + [url]).joined(separator: " ") }
        }

        private static func failures(of go: GoToolchain) -> [Failure] {
            let timeout = go.minor >= 23 ? "*net/http.timeoutError" : "*net/http.httpError"
            return [
                Failure(arguments: [], url: "http://127.0.0.1:1/", type: "*net.OpError"),
                Failure(arguments: [], url: "http://no-such-host.invalid/", type: "*net.DNSError"),
                Failure(arguments: [], url: "https://127.0.0.1:PORT/", type: "crypto/tls.RecordHeaderError"),
                Failure(arguments: [], url: "https://127.0.0.1:SECURE/", type: "crypto/x509.UnknownAuthorityError"),
                Failure(
                    arguments: ["-timeout", "100ms"], url: "http://127.0.0.1:PORT/stuck",
                    type: "context.deadlineExceededError"),
                Failure(
                    arguments: ["-cancel", "100ms"], url: "http://127.0.0.1:PORT/stuck", type: "context.Canceled",
                    message: "context canceled"),
                Failure(arguments: ["-waiting", "100ms"], url: "http://127.0.0.1:PORT/stuck", type: timeout),
                Failure(arguments: [], url: "http://127.0.0.1:PORT/hang-up", type: "io.EOF", message: "EOF"),
                Failure(
                    arguments: ["-agent", "a\nb"], url: "http://127.0.0.1:PORT/", type: "*errors.errorString",
                    message: nil),
                Failure(
                    arguments: ["-insecure"], url: "https://127.0.0.1:HTTP2/abort",
                    type: "golang.org/x/net/http2.StreamError"),
                Failure(
                    arguments: ["-insecure", "-timeout", "100ms"], url: "https://127.0.0.1:HTTP2/slow",
                    type: "context.deadlineExceededError"),
            ]
        }

        @Test(arguments: GoToolchain.some) func `is a span with the error`(go: GoToolchain) throws {
            let plain = try TracedClient.server()
            let secure = try FixtureServer(.newest, arguments: ["-tls"])
            let http2 = try FixtureServer(.newest, arguments: ["-tls", "-http2"])
            for failure in Self.failures(of: go) {
                let url = failure.url.replacing("PORT", with: "\(plain.port)")
                    .replacing("SECURE", with: "\(secure.port)").replacing("HTTP2", with: "\(http2.port)")
                var client = try TracedClient(go, failure.arguments + [url, "3"])
                let trace = try client.finish()
                let what = Comment(rawValue: failure.testDescription)
                #expect(trace.errors.contains("\nerror "), what)
                #expect(trace.summary.isBalanced && trace.summary.begun == 3 && trace.summary.lost == 0, what)
                #expect(trace.spans.count == 3, what)
                for span in trace.spans {
                    #expect(span["error.type"] == .string(failure.type), what)
                    #expect(span.status.code == "ERROR", what)
                    #expect(span.status.message == failure.message ?? span.status.message, what)
                    #expect(span["url.full"] == .string(url), what)
                    #expect(span["http.response.status_code"] == nil && span["network.protocol.version"] == nil, what)
                }
            }
        }

        /// A scheme that net/http doesn't know is none of ours: the application may have registered a transport for it.
        @Test(arguments: [GoToolchain.oldest, .newest]) func `is none without HTTP`(go: GoToolchain) throws {
            var client = try TracedClient(go, ["gopher://127.0.0.1/", "2"])
            let trace = try client.finish()
            #expect(trace.errors.contains("unsupported protocol scheme"))
            #expect(trace.summary.isBalanced && trace.summary.begun == 0 && trace.lines == 0)
        }
    }
}
